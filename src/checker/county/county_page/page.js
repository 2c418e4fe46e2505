"use strict";
(function () {
  var filter = document.getElementById("filter");
  var rows = document.querySelectorAll("[data-school]");
  function apply() {
    var wanted = filter.value.trim().toLowerCase();
    rows.forEach(function (row) {
      row.hidden = wanted !== "" && row.getAttribute("data-school").toLowerCase().indexOf(wanted) < 0;
    });
  }
  if (filter) { filter.addEventListener("input", apply); }
  function open() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") { target.open = true; }
  }
  window.addEventListener("hashchange", open);
  open();
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details.print").forEach(function (item) { item.open = true; });
  });
})();
