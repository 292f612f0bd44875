// Emergence: frames along the training, to play, pause and scrub.
(function () {
  "use strict";
  var content = JSON.parse(document.getElementById("data").textContent);
  var film = content.emergence;
  if (!film) return;
  var root = document.documentElement;
  var artificial = document.getElementById("emergence-artificial");
  var real = document.getElementById("emergence-real");
  var slider = document.getElementById("emergence-step");
  var button = document.getElementById("emergence-play");
  var told = document.getElementById("emergence-at");
  var alike = document.getElementById("emergence-alike");
  var lines = document.querySelectorAll("#emergence-figures dd");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  var PAUSE = 450;
  var timer = 0;
  var printing = false;

  function bytes(text) {
    return Uint8Array.from(atob(text), function (sign) {
      return sign.charCodeAt(0);
    });
  }
  var bits = bytes(film.frames);
  var shades = bytes(film.real);
  var size = film.rows * film.sites;
  var stride = Math.ceil(size / 8);

  function colours() {
    var theme = printing ? "light" : root.dataset.theme || (dark.matches ? "dark" : "light");
    return content.palettes[theme][film.colours];
  }

  // ---- pictures ------------------------------------------------------------------------------
  function paint(canvas, rows, shade) {
    var found = colours().map(function (text) {
      return [1, 3, 5].map(function (at) {
        return parseInt(text.slice(at, at + 2), 16);
      });
    });
    canvas.width = film.sites;
    canvas.height = rows;
    var image = new ImageData(film.sites, rows);
    for (var i = 0; i < film.sites * rows; i++) {
      var column = i % film.sites;
      var colour = found[shade(alike.checked ? i - column + film.alike[column] : i)];
      image.data[4 * i] = colour[0];
      image.data[4 * i + 1] = colour[1];
      image.data[4 * i + 2] = colour[2];
      image.data[4 * i + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function show(frame) {
    var first = frame * stride;
    paint(artificial, film.rows, function (i) {
      return (bits[first + (i >> 3)] >> (7 - (i & 7))) & 1 ? film.shades : 0;
    });
    var step = film.steps[frame].toLocaleString("en");
    slider.value = String(frame);
    slider.setAttribute("aria-valuetext", "step " + step + (frame === film.kept ? ", kept" : ""));
    told.textContent = step + (frame === film.kept ? " · kept" : "");
    document.querySelector(".emergence .at").textContent = "after step " + step;
    film.figures[frame].forEach(function (text, i) {
      lines[i].textContent = text;
    });
    root.dataset.emergence = String(film.steps[frame]);
  }

  function repaint() {
    show(Number(slider.value));
    if (real) {
      paint(real, film.groups, function (i) {
        return shades[i];
      });
    }
    document.querySelectorAll(".swatches i").forEach(function (swatch) {
      swatch.style.background = colours()[Number(swatch.dataset.shade)];
    });
  }

  // ---- playing -------------------------------------------------------------------------------
  function label() {
    button.firstChild.textContent = timer ? "❚❚ " : "▶ ";
    button.querySelector("span").textContent = timer ? "Pause" : "Play";
    // Figures that change by themselves are not read out; those that the reader asks for are.
    told.setAttribute("aria-live", timer ? "off" : "polite");
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    label();
  }

  function play() {
    if (Number(slider.value) >= film.kept) show(0);
    timer = setInterval(function () {
      show(Number(slider.value) + 1);
      if (Number(slider.value) === film.kept || Number(slider.value) >= film.steps.length - 1) stop();
    }, PAUSE);
    label();
  }

  button.addEventListener("click", function () {
    if (timer) stop();
    else play();
  });
  slider.addEventListener("input", function () {
    stop();
    show(Number(slider.value));
  });

  alike.addEventListener("change", repaint);

  // It plays once by itself when it comes into view, for readers who have not asked for calm.
  if ("IntersectionObserver" in window && location.hash !== "#all" && !calm.matches) {
    var watch = new IntersectionObserver(
      function (entries) {
        if (!entries[0].isIntersecting) return;
        watch.disconnect();
        if (!timer && !calm.matches) play();
      },
      { threshold: 0.6 }
    );
    watch.observe(artificial);
    slider.addEventListener("input", function () {
      watch.disconnect();
    });
    button.addEventListener("click", function () {
      watch.disconnect();
    });
  }

  // ---- colours -------------------------------------------------------------------------------
  new MutationObserver(repaint).observe(root, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", repaint);
  window.addEventListener("beforeprint", function () {
    stop();
    printing = true;
    repaint();
  });
  window.addEventListener("afterprint", function () {
    printing = false;
    repaint();
  });
  label();
  repaint();
})();
