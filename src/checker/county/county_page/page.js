"use strict";
(function () {
  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  function get(id) { return document.getElementById(id); }
  var lines = all("[data-line]"), others = all("[data-code]:not([data-line])"), units = all("[data-unit]");
  var listed = {};
  lines.forEach(function (line) { listed[line.dataset.code] = true; });
  var search = get("filter"), problem = get("by-problem"), stage = get("by-stage"), town = get("by-town"), rule = get("by-rule");
  var misses = get("only-misses");
  function has(words, word) { return !word || (" " + words + " ").indexOf(" " + word + " ") >= 0; }
  function value(control) { return control ? control.value : ""; }
  function apply() {
    var wanted = value(search).trim().toLowerCase(), shown = {}, count = 0, rows = 0;
    lines.forEach(function (line) {
      var data = line.dataset;
      var keep = data.school.toLowerCase().indexOf(wanted) >= 0 && has(data.problem, value(problem)) &&
        has(data.stage, value(stage)) && (!value(town) || data.town === value(town)) && has(data.rules, value(rule));
      line.hidden = !keep;
      if (keep) { shown[data.code] = true; count += 1; }
    });
    others.forEach(function (item) { item.hidden = Boolean(listed[item.dataset.code]) && !shown[item.dataset.code]; });
    units.forEach(function (row) {
      if (misses.checked && !row.hasAttribute("data-miss")) { row.hidden = true; }
      if (value(stage) && row.dataset.unit !== value(stage)) { row.hidden = true; }
      if (!row.hidden) { rows += 1; }
    });
    get("nothing").hidden = count > 0;
    get("no-rows").hidden = rows > 0;
    pickers.forEach(function (button) {
      button.setAttribute("aria-pressed", String(value(get(button.dataset.control)) === button.dataset.value));
    });
    get("found").textContent = "显示 " + count + " / " + lines.length;
  }
  [search, problem, stage, town, rule, misses].forEach(function (control) {
    if (control) { control.addEventListener(control === search ? "input" : "change", apply); }
  });
  get("clear").addEventListener("click", function () {
    [search, problem, stage, town, rule].forEach(function (control) { if (control) { control.value = ""; } });
    apply();
    search.focus();
  });
  var pickers = all("button[data-control]");
  pickers.forEach(function (button) {
    button.addEventListener("click", function () {
      var control = get(button.dataset.control);
      control.value = control.value === button.dataset.value ? "" : button.dataset.value;
      apply();
      if (!control.value) { return; }
      get("list").scrollIntoView();
      control.focus({ preventScroll: true });
    });
  });
  function key(row, place) {
    var text = row.cells[place].textContent.trim(), number = parseFloat(text);
    return text === "" ? 0 : isNaN(number) || /[^\d.%]/.test(text) ? text : number;
  }
  function order(a, b) {
    if (typeof a === "number" && typeof b === "number") { return a - b; }
    return String(a).localeCompare(String(b), "zh-CN");
  }
  all("table.sortable").forEach(function (table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells), body = table.tBodies[0];
    heads.forEach(function (head, place) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = head.textContent;
      head.setAttribute("data-head", head.textContent);
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var first = head.className.indexOf("n") === 0 ? "descending" : "ascending";
        var now = head.getAttribute("aria-sort");
        var next = now === null ? first : now === "ascending" ? "descending" : "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", next);
        Array.prototype.slice.call(body.rows).map(function (row, at) { return { row: row, at: at, key: key(row, place) }; })
          .sort(function (a, b) { return (next === "ascending" ? 1 : -1) * order(a.key, b.key) || a.at - b.at; })
          .forEach(function (item) { body.appendChild(item.row); });
      });
    });
  });
  function open() {
    var target = location.hash.length > 1 && get(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") {
      if (target.hidden) { get("clear").click(); }
      target.open = true;
      target.scrollIntoView();
      target.querySelector("summary").focus();
    }
  }
  window.addEventListener("hashchange", open);
  window.addEventListener("beforeprint", function () {
    all("details.print").forEach(function (item) { item.open = true; });
  });
  apply();
  open();
})();
