// Runs before the first paint: the reader's choice of colours, and a record of every error.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  root.dataset.errors = "0";
  function failed() {
    root.dataset.errors = String(Number(root.dataset.errors) + 1);
  }
  window.addEventListener("error", failed);
  window.addEventListener("unhandledrejection", failed);
  document.addEventListener("securitypolicyviolation", failed);
  try {
    var choice = localStorage.getItem("imaginome-theme");
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
  } catch (error) {
    // A page opened from disk may have no storage: the system's colours are used.
  }
})();
