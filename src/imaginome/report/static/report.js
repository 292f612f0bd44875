// Draws the figures when they come into view, and serves themes, tables and files.
(function () {
  "use strict";
  var root = document.documentElement;
  var content = JSON.parse(document.getElementById("data").textContent);
  var figures = content.figures;
  var places = Array.prototype.slice.call(document.querySelectorAll("[data-figure]"));
  var NARROW = 560;
  var MOST_ROWS = 400;
  root.dataset.figures = "0/" + places.length;

  // ---- colours -----------------------------------------------------------------------------
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  var printing = false;
  var folded = [];

  function theme() {
    if (printing) return "light";
    return root.dataset.theme || (system.matches ? "dark" : "light");
  }

  function colour(token, palette) {
    var parts = token.split("#");
    var found = palette[parts[0]];
    if (parts.length > 1) return found[Number(parts[1]) % found.length];
    if (!Array.isArray(found)) return found;
    return found.map(function (value, i) {
      return [i / (found.length - 1), value];
    });
  }

  function painted(spec, palette, key) {
    if (Array.isArray(spec)) {
      if (key === "z" || key === "customdata") return spec;
      return spec.map(function (value) {
        return painted(value, palette, key);
      });
    }
    if (spec && typeof spec === "object") {
      var out = {};
      Object.keys(spec).forEach(function (name) {
        out[name] = painted(spec[name], palette, name);
      });
      return out;
    }
    if (typeof spec === "string" && spec[0] === "@" && /color(scale)?$/.test(key)) {
      return colour(spec, palette);
    }
    return spec;
  }

  function merged(base, changes) {
    var out = Object.assign({}, base);
    Object.keys(changes).forEach(function (key) {
      var both = [out[key], changes[key]].every(function (value) {
        return value && typeof value === "object" && !Array.isArray(value);
      });
      out[key] = both ? merged(out[key], changes[key]) : changes[key];
    });
    return out;
  }

  // ---- figures -----------------------------------------------------------------------------
  function library() {
    // The library is only run when the first figure is needed: the page is readable before.
    if (!window.Plotly) {
      var script = document.createElement("script");
      script.textContent = document.getElementById("plotly").textContent;
      document.head.appendChild(script);
    }
    return window.Plotly;
  }

  function belongs(trace, group) {
    return !(trace.meta && trace.meta.group) || trace.meta.group === group;
  }

  function chosen(place) {
    // A copy of the figure with the series that the reader chose.
    var figure = figures[place.dataset.figure];
    if (!figure.groups.length) return figure;
    var group = figure.groups[Number(place.dataset.group || 0)];
    return Object.assign({}, figure, {
      data: figure.data.filter(function (trace) {
        return belongs(trace, group);
      })
    });
  }

  function draw(place) {
    var figure = chosen(place);
    var narrow = place.clientWidth < NARROW;
    var layout = merged(figure.layout, narrow ? figure.narrow : figure.wide);
    if (narrow) layout.margin = merged(layout.margin, { l: 48, r: 8 });
    var spec = painted({ data: figure.data, layout: layout }, content.palettes[theme()], "");
    spec.layout.autosize = true;
    place.style.minHeight = spec.layout.height + "px";
    var config = { responsive: true, displaylogo: false, displayModeBar: false };
    return library()
      .react(place, spec.data, spec.layout, config)
      .then(function () {
        place.dataset.drawn = theme() + (narrow ? "-narrow" : "-wide");
        var waiting = place.querySelector(".waiting");
        if (waiting) waiting.remove();
        var done = places.filter(function (other) {
          return other.dataset.drawn;
        });
        root.dataset.figures = done.length + "/" + places.length;
      });
  }

  function redraw() {
    places.forEach(function (place) {
      if (place.dataset.drawn) draw(place);
    });
  }

  // "report.html#all" draws everything at once, for programs that make pictures of the page.
  if ("IntersectionObserver" in window && location.hash !== "#all") {
    var watch = new IntersectionObserver(
      function (entries) {
        entries.forEach(function (entry) {
          if (!entry.isIntersecting) return;
          watch.unobserve(entry.target);
          draw(entry.target);
        });
      },
      { rootMargin: "400px" }
    );
    places.forEach(function (place) {
      watch.observe(place);
    });
  } else {
    places.forEach(draw);
  }

  var waiting = 0;
  window.addEventListener("resize", function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      places.forEach(function (place) {
        var now = theme() + (place.clientWidth < NARROW ? "-narrow" : "-wide");
        if (place.dataset.drawn && place.dataset.drawn !== now) draw(place);
      });
    }, 200);
  });
  window.addEventListener("beforeprint", function () {
    printing = true;
    folded = document.querySelectorAll("main details:not([open]):not(.numbers):not(#entries)");
    folded.forEach(function (details) {
      details.open = true;
    });
    places.forEach(draw);
  });
  window.addEventListener("afterprint", function () {
    printing = false;
    folded.forEach(function (details) {
      details.open = false;
    });
    redraw();
  });

  // ---- the button for the theme --------------------------------------------------------------
  var button = document.getElementById("theme");
  var NEXT = { auto: "light", light: "dark", dark: "auto" };
  var WORDS = { auto: "as the system", light: "light", dark: "dark" };

  function label() {
    var now = root.dataset.theme || "auto";
    button.querySelector("span").textContent = now[0].toUpperCase() + now.slice(1);
    button.setAttribute("aria-label", "Colours: " + WORDS[now] + ". Change");
  }

  button.addEventListener("click", function () {
    var next = NEXT[root.dataset.theme || "auto"];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      localStorage.setItem("imaginome-theme", next);
    } catch (error) {
      // Without storage the choice lasts as long as the page.
    }
    label();
    redraw();
  });
  system.addEventListener("change", redraw);
  label();

  // ---- numbers behind a figure -------------------------------------------------------------
  function plain(value) {
    // Labels were escaped for plotly; tables and files want the text itself.
    if (typeof value !== "string") return value;
    return value.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  }

  function trimmed(value) {
    return typeof value === "number" ? Number(value.toPrecision(6)) : plain(value);
  }

  function limits(figure, trace) {
    var found = {};
    figure.data.forEach(function (other) {
      var meta = other.meta || {};
      if (meta.low === trace.name) found.low = other.y;
      if (meta.high === trace.name) found.high = other.y;
    });
    var error = trace.error_y;
    if (error) {
      found.high = trace.y.map(function (y, i) {
        return error.array[i] === null ? null : y + error.array[i];
      });
      found.low = trace.y.map(function (y, i) {
        return error.arrayminus[i] === null ? null : y - error.arrayminus[i];
      });
    }
    return found;
  }

  function numbers(figure) {
    var heat = figure.data.some(function (trace) {
      return trace.type === "heatmap";
    });
    var x = plain(figure.x) || "x";
    var y = plain(figure.y) || "y";
    var rows = [heat ? ["series", x, y, "value"] : ["series", x, y, "95% low", "95% high"]];
    figure.data.forEach(function (trace) {
      if (trace.meta && trace.meta.aux) return;
      var name = plain(trace.name);
      if (trace.meta && trace.meta.group) name += ", " + plain(trace.meta.group);
      if (trace.type === "heatmap") {
        (trace.customdata || trace.z).forEach(function (line, j) {
          line.forEach(function (value, i) {
            if (value === null) return;
            rows.push([name, trimmed(trace.x[i]), trimmed(trace.y[j]), trimmed(value)]);
          });
        });
        return;
      }
      var ends = limits(figure, trace);
      trace.x.forEach(function (value, i) {
        var row = [name, trimmed(value), trimmed(trace.y[i])];
        row.push(ends.low ? trimmed(ends.low[i]) : null, ends.high ? trimmed(ends.high[i]) : null);
        rows.push(row);
      });
    });
    return rows;
  }

  function tabulate(target, rows) {
    var table = document.createElement("table");
    table.className = "plain";
    rows.slice(0, MOST_ROWS + 1).forEach(function (row, i) {
      var line = (i ? table.tBodies[0] || table.createTBody() : table.createTHead()).insertRow();
      row.forEach(function (value) {
        var cell = document.createElement(i ? "td" : "th");
        if (!i) cell.scope = "col";
        if (typeof value === "number") cell.className = "num";
        cell.textContent = value === null || value === undefined ? "–" : String(value);
        line.appendChild(cell);
      });
    });
    target.appendChild(table);
    if (rows.length > MOST_ROWS + 1) {
      var note = document.createElement("p");
      note.textContent = "The first " + MOST_ROWS + " of " + (rows.length - 1) +
        " rows; the CSV file holds all of them.";
      target.appendChild(note);
    }
  }

  function quoted(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    // A spreadsheet would run text that begins like a formula.
    var text = /^[=+\-@\t\r]/.test(value) ? "'" + value : value;
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function download(url, name) {
    var link = document.createElement("a");
    link.href = url;
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
  }

  function saveText(text, type, name) {
    var url = URL.createObjectURL(new Blob([text], { type: type }));
    download(url, name);
    setTimeout(function () {
      URL.revokeObjectURL(url);
    }, 10000);
  }

  function save(place, kind) {
    var figure = kind === "csv" ? figures[place.dataset.figure] : chosen(place);
    var name = "imaginome-" + figure.id.replace(/[^A-Za-z0-9]+/g, "-");
    if (kind === "csv") {
      var lines = numbers(figure).map(function (row) {
        return row.map(quoted).join(",");
      });
      saveText(lines.join("\r\n") + "\r\n", "text/csv", name + ".csv");
      return;
    }
    // Saved pictures are for papers and slides: light, on white.
    var layout = merged(figure.layout, figure.wide);
    layout.title = { text: figure.title_plotly, x: 0.02, xanchor: "left" };
    layout.margin = merged(layout.margin, { t: layout.margin.t + 54 });
    var spec = painted({ data: figure.data, layout: layout }, content.palettes.light, "");
    spec.layout.paper_bgcolor = spec.layout.plot_bgcolor = "#ffffff";
    var size = { format: kind, width: 1000, height: spec.layout.height + 60, scale: 2 };
    if (kind === "svg") size.scale = 1;
    library()
      .toImage({ data: spec.data, layout: spec.layout }, size)
      .then(function (image) {
        download(image, name + "." + kind);
      });
  }

  document.querySelectorAll(".figure").forEach(function (figure) {
    var place = figure.querySelector("[data-figure]");
    if (!place) return;
    figure.querySelectorAll("[data-save]").forEach(function (tool) {
      tool.addEventListener("click", function () {
        save(place, tool.dataset.save);
      });
    });
    var choice = figure.querySelector("[data-group]");
    if (choice) {
      choice.addEventListener("change", function () {
        place.dataset.group = choice.value;
        draw(place);
      });
    }
    var details = figure.querySelector(".numbers");
    details.addEventListener("toggle", function () {
      var target = details.querySelector(".scroll");
      if (details.open && !target.firstChild) {
        tabulate(target, numbers(figures[place.dataset.figure]));
      }
    });
  });

  // ---- BibTeX --------------------------------------------------------------------------------
  function bibtex() {
    return Array.prototype.map.call(document.querySelectorAll(".bibtex"), function (entry) {
      return entry.textContent;
    });
  }

  function told(text) {
    document.getElementById("bibtex-said").textContent = text;
  }

  document.querySelectorAll("[data-bibtex]").forEach(function (tool) {
    tool.addEventListener("click", function () {
      var entries = bibtex();
      var text = entries.join("\n\n") + "\n";
      if (tool.dataset.bibtex === "save") {
        saveText(text, "application/x-bibtex", "imaginome.bib");
        return;
      }
      // Browsers refuse the clipboard to some pages that are opened from disk.
      Promise.resolve(navigator.clipboard && navigator.clipboard.writeText(text).then(function () {
        return entries.length + " entries copied";
      }))
        .catch(function () {})
        .then(function (said) {
          told(said || "This browser does not let the page copy: save the file instead.");
        });
    });
  });

  // ---- contents ------------------------------------------------------------------------------
  var menu = document.getElementById("menu");
  var nav = document.getElementById("nav");
  menu.addEventListener("click", function () {
    var open = nav.classList.toggle("open");
    menu.setAttribute("aria-expanded", String(open));
  });
  nav.addEventListener("click", function (event) {
    if (event.target.closest("a")) {
      nav.classList.remove("open");
      menu.setAttribute("aria-expanded", "false");
    }
  });
  if ("IntersectionObserver" in window) {
    var links = {};
    nav.querySelectorAll("a").forEach(function (link) {
      links[link.getAttribute("href").slice(1)] = link;
    });
    var spy = new IntersectionObserver(
      function (entries) {
        entries.forEach(function (entry) {
          if (!entry.isIntersecting || !links[entry.target.id]) return;
          nav.querySelectorAll("[aria-current]").forEach(function (link) {
            link.removeAttribute("aria-current");
          });
          var link = links[entry.target.id];
          link.setAttribute("aria-current", "location");
          nav.querySelectorAll("details").forEach(function (group) {
            group.classList.toggle("here", group.contains(link));
          });
        });
      },
      { rootMargin: "-20% 0px -70% 0px" }
    );
    document.querySelectorAll("main section[id]").forEach(function (section) {
      spy.observe(section);
    });
  }
  root.dataset.ready = "yes";
})();
