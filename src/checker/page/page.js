"use strict";
(() => {
  if (window.checkerLacks.length) return;
  const $ = (id) => document.getElementById(id);
  const PATIENCE = 120000; // milliseconds for one workbook; a hostile one costs itself only
  const WORKBOOK = /\.(xlsx|xlsm|xls|xlsb|ods|et)$/i;
  const SUMMED = { fail: "不通过", doubt: "存疑", unmet: "未达标", unjudged: "未判断" };

  // Texts from workbooks reach the page through `textContent` only: nothing in them is markup.
  function made(tag, text, options = {}) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    for (const [name, value] of Object.entries(options)) {
      if (name === "click") element.addEventListener("click", value);
      else if (name === "colour") element.style.backgroundColor = "#" + about.colours[value];
      else element.setAttribute(name, value);
    }
    return element;
  }

  // -- the worker -------------------------------------------------------------------------------

  let worker, about, waiting = new Map(), last = 0, ready, generation = 0;

  function begin() {
    const program = new Blob([$("worker").textContent], { type: "text/javascript" });
    worker = new Worker(URL.createObjectURL(program));
    generation++; // what the worker before knew of the files is gone with it
    worker.onmessage = ({ data }) => {
      if (data.step) return say(STEPS[data.step]);
      const { done, failed } = waiting.get(data.id) || {};
      waiting.delete(data.id);
      if (done) data.problem === undefined ? done(data.answer) : failed(new Error(data.problem));
    };
    worker.onerror = (event) => {
      for (const { failed } of waiting.values()) failed(new Error(event.message || "worker"));
      waiting.clear();
    };
    const parts = {};
    for (const part of document.querySelectorAll("script.part")) parts[part.dataset.name] = part.textContent;
    ready = ask("start", { parts }).then((told) => (about = told));
    return ready;
  }

  function ask(task, given = {}) {
    return new Promise((done, failed) => {
      waiting.set(++last, { done, failed });
      worker.postMessage({ id: last, task, ...given });
    });
  }

  /** What `ask` gives; the worker is started anew if it does not answer in time or dies. */
  async function patiently(task, given) {
    let timer;
    const late = new Promise((_, failed) => {
      timer = setTimeout(() => failed(new Error("late")), PATIENCE);
    });
    try {
      return await Promise.race([ask(task, given), late]);
    } catch (problem) {
      worker.terminate();
      waiting.clear();
      await begin();
      throw problem;
    } finally {
      clearTimeout(timer);
    }
  }

  const STEPS = { python: "正在准备：启动程序……", rules: "正在准备：读入规则和模板……" };

  function say(text, bad = false) {
    $("state").textContent = text;
    $("state").classList.toggle("bad", bad);
  }

  // -- files ------------------------------------------------------------------------------------

  const STOPPED = "已停止，这一份没有校验。";
  let items = [], beside = [], roster = null, current = null, stopped = false, busy = false;
  let next = null; // what was put in while something was being done

  async function filesOf(transfer) {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    const plain = [...transfer.files];
    const found = [];
    async function walk(entry, above) {
      if (entry.isFile) {
        const file = await new Promise((done, failed) => entry.file(done, failed));
        found.push({ name: above + file.name, file });
      } else {
        const reader = entry.createReader();
        for (;;) {
          const some = await new Promise((done, failed) => reader.readEntries(done, failed));
          if (!some.length) break;
          for (const each of some) await walk(each, above + entry.name + "/");
        }
      }
    }
    if (entries.some((entry) => entry && entry.isDirectory)) {
      for (const entry of entries) if (entry) await walk(entry, "");
      return found;
    }
    return plain.map((file) => ({ name: file.webkitRelativePath || file.name, file }));
  }

  /** Whether checker itself or the system made a file: then nobody handed it in. */
  function isOurs(name) {
    return name.split("/").slice(0, -1).some((part) => /^(校验结果|县级校验|__MACOSX|\..*)$/.test(part));
  }

  /** Workbooks that somebody put among the results of earlier runs. What has the name of a workbook
   * that is looked at is its copy. */
  async function strays(results, above, chosen) {
    const known = new Set(chosen.map(({ name }) => name));
    const found = [];
    for (const { name, file } of results) {
      const own = above && name.startsWith(above) ? name.slice(above.length) : name;
      const below = own.replace(/^(县级校验\/)?校验结果\//, "");
      if (below === own || known.has(below)) continue;
      const [{ what }] = await ask("sorted", { names: [below] });
      if (what !== "workbook") continue;
      const said = await ask("among", { name: own, content: new Uint8Array(await file.arrayBuffer()) });
      if (said) found.push({ name: own, said });
    }
    return found;
  }

  async function take(given) {
    if (!given.length) return;
    if (busy) {
      next = given;
      return say(`刚放进来的 ${given.length} 个文件，等现在这一次做完就看。`);
    }
    busy = true;
    try {
      await taken(given);
    } catch (problem) {
      console.error(problem);
      say("有文件读不出来，可能放进来以后被移动、删除了，请再放一次。", true);
    } finally {
      show($("progress"), false);
      show($("stop"), false);
      free();
    }
  }

  /** Something is done: what was put in meanwhile is next. */
  function free() {
    busy = false;
    const then = next;
    next = null;
    if (then) take(then);
  }

  async function taken(given) {
    stopped = false;
    show($("result"), false);
    show($("list"), false);
    items = [];
    roster = null;
    beside = [];
    const found = given.filter(({ name }) => !isOurs(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
    let passedOver = given.length - found.length;
    const [above] = found.length ? found[0].name.match(/^[^/]*\//) || [""] : [""];
    if (above && found.every(({ name }) => name.startsWith(above))) // named as `checker county` does
      for (const each of found) each.name = each.name.slice(above.length);
    try {
      await ready;
    } catch {
      return; // said already: the program did not start
    }
    let chosen = found;
    if (found.length > 1) {
      chosen = [];
      const told = await ask("sorted", { names: found.map(({ name }) => name) });
      for (const [place, { what, said }] of told.entries()) {
        const { name, file } = found[place];
        if (what === "roster") roster = { name, content: new Uint8Array(await file.arrayBuffer()) };
        else if (what === "workbook") chosen.push(found[place]);
        else if (what === "unread") items.push({ name, unread: said, status: "not_looked_at" });
        else if (what === "beside") beside.push([name, said]);
        else passedOver++;
      }
    }
    for (const { name, said } of await strays(given.filter(({ name }) => isOurs(name)), above, chosen)) {
      items.push({ name, unread: said, status: "not_looked_at" });
      passedOver--;
    }
    const many = chosen.length > 1 || /\.zip$/i.test(chosen.length ? chosen[0].name : "");
    if (many) await ask("begin");
    show($("progress"), true);
    show($("stop"), many);
    let left = chosen.length, done = 0;
    const begun = performance.now();
    for (const { name, file } of chosen) {
      left--;
      if (stopped) {
        items.push({ name, unread: STOPPED });
        continue;
      }
      for (const item of await unfolded(name, file)) {
        item.name = ownName(item.name);
        if (stopped && !item.unread) item.unread = STOPPED;
        if (!item.unread) await judge(item, !many, many);
        items.push(item);
        done++;
        $("progress").max = done + left;
        $("progress").value = done;
        if (many) say(`已校验 ${done} 份，还有 ${left} 份：${item.name}`);
      }
    }
    show($("progress"), false);
    show($("stop"), false);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    document.body.dataset.seconds = seconds;
    const apart = passedOver + beside.length;
    const others = apart ? `另有 ${apart} 个文件不是填报表，没有看。` : "";
    if (!items.length) return say(`没有找到可以校验的表。${others}`, true);
    say(`${stopped ? "已停止" : "校验完了"}，用时 ${seconds} 秒。${others}可以再放别的表。`);
    if (many || items.length > 1) list();
    else open(items[0]);
    document.body.dataset.done = String(Number(document.body.dataset.done || 0) + 1);
  }

  /** The name, with a number where another file has it already. */
  function ownName(name) {
    const taken = new Set(items.map((item) => item.name));
    let own = name, number = 1;
    while (taken.has(own)) own = name.replace(/(\.[^.]*)?$/, (suffix) => `(${++number})${suffix}`);
    return own;
  }

  async function unfolded(name, file) {
    if (!/\.zip$/i.test(name))
      return [{ name, modified: file.lastModified / 1000, read: async () => new Uint8Array(await file.arrayBuffer()) }];
    try {
      const content = new Uint8Array(await file.arrayBuffer());
      const found = await patiently("entries", { name, content });
      for (const each of found) if (!each.content && !each.status) beside.push([each.name, each.said]);
      const counted = found.filter((each) => each.content || each.status);
      if (!counted.length) return [{ name, unread: "压缩包里没有填报表。" }];
      return counted.map((each) => {
        const kept = each.content && new Blob([each.content]);
        return {
          name: each.name,
          modified: each.modified,
          unread: each.content ? "" : each.said,
          status: each.status,
          read: async () => new Uint8Array(await kept.arrayBuffer()),
        };
      });
    } catch {
      return [{ name, unread: "压缩包打不开，或者太大。" }];
    }
  }

  /** `counted`: for the county as well. */
  async function judge(item, drawn, counted, texts) {
    let content;
    try {
      content = await item.read();
    } catch {
      item.unread = "文件打不开，请关闭正在使用它的程序，再放一次。";
      return;
    }
    if (!drawn || !texts) say(`正在校验：${item.name}`);
    try {
      const answer = await patiently("check", {
        name: item.name, content, texts, drawn, counted, modified: item.modified,
      });
      item.document = answer.document;
      item.copy = answer.copy && new Blob([answer.copy]);
      if (counted) item.generation = generation;
    } catch (problem) {
      console.error(problem);
      item.unread = problem.message === "late" ? "校验超过 2 分钟，没有得出结论。"
        : "校验这一份时程序停了，没有得出结论；文件可能已损坏。";
    }
  }

  // -- many files -------------------------------------------------------------------------------

  function list() {
    const body = $("files-body");
    body.textContent = "";
    const sums = { fail: 0, doubt: 0, unmet: 0, unjudged: 0 };
    let judged = 0;
    for (const item of items) {
      const row = made("tr");
      const told = item.document && item.document.file;
      const name = made("td");
      if (told && told.status === "checked") {
        judged++;
        name.append(made("button", item.name, { class: "place", type: "button", click: () => reopen(item) }));
      } else name.textContent = item.name;
      row.append(name, made("td", told ? told.unit : ""));
      row.append(made("td", item.unread || (told.message ? `${item.document.status}：${told.message}` : item.document.status)));
      for (const key of Object.keys(sums)) {
        const count = told && told.status === "checked" ? told.counts[key] : "";
        if (count) sums[key] += count;
        row.append(made("td", String(count), { class: "n" }));
      }
      body.append(row);
    }
    const copies = items.filter((item) => item.copy).length;
    $("list-counts").textContent =
      `共 ${items.length} 份，校验了 ${judged} 份，没有校验成 ${items.length - judged} 份；` +
      Object.entries(SUMMED).map(([key, word]) => `${word} ${sums[key]}`).join("，") + "。";
    $("all-copies").disabled = !copies;
    $("all-copies").textContent = `下载全部带标记的副本（${copies} 份，zip）`;
    $("county").disabled = !judged;
    for (const id of ["county-told", "tonight"]) show($(id), false);
    $("roster").textContent = roster
      ? `用“${roster.name}”核对应报的学校。`
      : "没有名册（名册.csv 或 名册.xlsx，和表放在同一个文件夹里），不能列出缺报的学校。";
    show($("list"), true);
  }

  async function reopen(item) {
    if (busy) return;
    busy = true;
    await judge(item, true, false);
    say("");
    open(item);
    free();
  }

  /** The marked copies as [name, content], each under a name of its own. */
  async function copies() {
    const files = [];
    for (const item of items)
      if (item.copy) files.push(["校验结果/" + item.name, new Uint8Array(await item.copy.arrayBuffer())]);
    return files;
  }

  /** 2026-11-29 08:30 */
  function now() {
    const time = new Date();
    const two = (number) => String(number).padStart(2, "0");
    return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
  }

  $("all-copies").addEventListener("click", async () => {
    save("校验结果.zip", await ask("together", { files: await copies() }));
  });

  // -- the county ---------------------------------------------------------------------------------

  $("county").addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    try {
      for (const item of items) // a worker that was started anew has not seen them
        if (!item.unread && item.generation !== generation) await judge(item, false, true);
      say("正在汇总全县……");
      const stoppedAt = items.filter((item) => item.unread === STOPPED);
      const unread = items.filter((item) => item.unread && item.unread !== STOPPED);
      const answer = await ask("county", {
        name: $("county-name").value.trim(),
        roster,
        generated: now(),
        others: {
          unread: unread.map((item) => [item.name, item.status || "unreadable", item.unread]),
          stopped: stoppedAt.map((item) => [item.name, item.unread]),
          beside,
        },
      });
      if (answer.said) return say(answer.said, true);
      for (const item of items) { // what the county says of a school stands in its copy as well
        if (!item.copy || !answer.marked_again.includes(item.name)) continue;
        const copy = await ask("remark", { name: item.name, content: await item.read() });
        if (copy) item.copy = new Blob([copy]);
      }
      fill($("county-told"), "ul", answer.lines.map((line) => made("li", line)));
      fill($("tonight"), "ol", answer.tonight.map((line) => made("li", line)));
      save("县级校验.zip", await ask("together", { files: [...answer.files, ...(await copies())] }));
      say("全县汇总好了：解开 县级校验.zip，先看 县级报告.html。");
      document.body.dataset.county = String(Number(document.body.dataset.county || 0) + 1);
    } catch (problem) {
      console.error(problem);
      say("汇总时程序停了，没有得出结论；请用命令 checker county 汇总。", true);
    } finally {
      free();
    }
  });

  // -- one workbook -----------------------------------------------------------------------------

  const cells = new Map();
  let drawnSheet = null;

  function open(item) {
    current = item;
    const document_ = item.document;
    $("said").textContent = "";
    if (!document_) {
      $("unit").textContent = item.name;
      $("counted").textContent = item.unread;
      for (const id of ["scores", "first", "findings", "unjudged", "sheets", "cannot"]) show($(id), false);
      for (const id of ["copy", "clean"]) $(id).disabled = true;
      show($("result"), true);
      return $("result").focus();
    }
    const told = document_.file;
    const checked = told.status === "checked";
    $("unit").textContent = told.unit ? `${told.unit}（${item.name}）` : item.name;
    $("counted").textContent = checked
      ? told.blank ? "这是一份空白表，还没有填。" : document_.counted
      : `${document_.status}：${told.message}`;
    const trouble = [
      told.cannot_write && checked ? `不能写带标记的副本：${told.cannot_write}` : "",
      document_.left_out && document_.left_out.length ? `没有标在格子上的：${document_.left_out.join("；")}。` : "",
      told.note || "",
      document_.errors.length ? `有 ${document_.errors.length} 条规则没有跑成：${document_.errors[0].message}` : "",
    ].filter(Boolean);
    show($("cannot"), trouble.length > 0);
    $("cannot").textContent = trouble.join(" ");
    $("copy").disabled = !item.copy;
    $("clean").disabled = !checked;
    fill($("scores"), "ul", document_.scores.map((line) => made("li", line)));
    fill($("first"), "ol", told.first.map((thing, number) => {
      const line = made("li", document_.first[number] + " ");
      if (thing.cell) line.append(place(thing.sheet, thing.cell));
      return line;
    }));
    showFindings(document_);
    fill($("unjudged"), "ul", told.unjudged.map((each) => {
      const line = made("li", `${each.title}（${each.unit}）：${each.message} `);
      if (each.cell) line.append(place(each.sheet, each.cell));
      return line;
    }));
    if (document_.lacking) {
      $("unjudged").querySelector("ul").append(made("li", document_.lacking));
      show($("unjudged"), true);
    }
    $("unjudged").querySelector("summary").textContent = `未判断 ${told.unjudged.length} 项`;
    showSheets(document_.sheets || []);
    show($("result"), true);
    $("result").focus();
  }

  function fill(section, tag, lines) {
    section.querySelector(tag).replaceChildren(...lines);
    show(section, lines.length > 0);
  }

  function place(sheet, cell) {
    return made("button", `${sheet}!${cell}`, { class: "place", type: "button", click: () => goto(sheet, cell) });
  }

  const FILLS = { 不通过: "fail", 存疑: "doubt", 已说明: "explained", 未达标: "unmet" };

  function showFindings(told) {
    const groups = new Map();
    for (const finding of told.findings) {
      if (!groups.has(finding.cause)) groups.set(finding.cause, []);
      groups.get(finding.cause).push(finding);
    }
    const ordered = [...groups].sort(([a], [b]) => (a || Infinity) - (b || Infinity));
    const shown = ordered.map(([cause, findings], number) => {
      const group = made("details");
      const thing = told.file.first[cause - 1];
      group.open = findings.length <= 5 || (number === 0 && !(thing && thing.folds)) ||
        findings.some((finding) => finding.explainable);
      const title = thing ? `${cause}. ${thing.message}` : "其他";
      group.append(made("summary", `${title}（${findings.length} 条）`));
      findings.forEach((finding, at) => {
        const box = oneFinding(finding, told.explanations), before = findings[at - 1];
        // on paper the advice and the source of a rule are printed once, not with each place
        if (before && before.rule === finding.rule && before.fix === finding.fix) box.classList.add("again");
        group.append(box);
      });
      return group;
    });
    $("groups").replaceChildren(...shown);
    show($("findings"), shown.length > 0);
    show($("explain"), told.findings.some((finding) => finding.explainable));
  }

  function oneFinding(finding, explanations) {
    const box = made("div", undefined, { class: "finding" });
    const head = made("p");
    head.append(made("span", finding.word, { class: "word", colour: FILLS[finding.word] || "info" }), " ");
    if (finding.cell) head.append(place(finding.sheet, finding.cell), " ");
    else if (finding.sheet) head.append(finding.sheet + " ");
    head.append(`${finding.rule} ${finding.title}` + (finding.unit ? `（${finding.unit}）` : ""));
    box.append(head, made("p", finding.message));
    const figures = [
      finding.actual && `现在：${finding.actual}`,
      finding.required && `要求：${finding.required}`,
      finding.gap,
    ].filter(Boolean).join("　");
    if (figures) box.append(made("p", figures));
    if (finding.fix) box.append(made("p", `怎么改：${finding.fix}`, { class: "fix" }));
    if (finding.source) box.append(made("p", `依据：${finding.source}`, { class: "source" }));
    if (explanations[finding.key]) box.append(made("p", `说明：${explanations[finding.key]}`));
    if (finding.explainable) {
      const text = made("textarea", undefined, { "data-key": finding.key, maxlength: "500",
        "aria-label": `${finding.title}的说明`, placeholder: "属实的，在这里写一句说明" });
      text.value = (current.texts || {})[finding.key] || "";
      box.append(text);
    }
    return box;
  }

  $("rewrite").addEventListener("click", async () => {
    if (busy) return;
    const texts = { ...(current.texts || {}) };
    for (const text of document.querySelectorAll("textarea[data-key]")) texts[text.dataset.key] = text.value;
    if (!Object.values(texts).some((text) => text.trim())) {
      $("said").textContent = "还没有写说明。";
      return $("said").scrollIntoView({ block: "center" });
    }
    busy = true;
    current.texts = texts;
    await judge(current, true, false, texts);
    open(current);
    const count = Object.keys(current.document ? current.document.explanations : {}).length;
    $("said").textContent = `已按说明重新校验，写进副本的说明 ${count} 条。请下载带标记的副本，报送副本。`;
    document.body.dataset.done = String(Number(document.body.dataset.done || 0) + 1);
    free();
  });

  // -- sheets as tables -------------------------------------------------------------------------

  function letters(column) {
    let found = "";
    for (; column > 0; column = Math.floor((column - 1) / 26)) found = String.fromCharCode(65 + ((column - 1) % 26)) + found;
    return found;
  }

  function showSheets(sheets) {
    $("tabs").textContent = "";
    $("sheet").textContent = "";
    cells.clear();
    drawnSheet = null;
    show($("sheets"), sheets.length > 0);
    if (!sheets.length) return;
    $("legend").replaceChildren(...Object.entries(about.words).map(([fill, word]) => made("span", word, { colour: fill })));
    for (const sheet of sheets) {
      const count = Object.values(sheet.marks).filter(([fill]) => fill !== "pass").length;
      $("tabs").append(made("button", sheet.title + (count ? `（${count}）` : ""), {
        type: "button", role: "tab", "aria-selected": "false", "data-title": sheet.title, click: () => draw(sheet.title) }));
    }
    const worst = sheets.find((sheet) => Object.values(sheet.marks).some(([fill]) => fill === "fail" || fill === "doubt"));
    draw((worst || sheets[0]).title);
  }

  $("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...$("tabs").children];
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });

  function draw(title) {
    const sheet = current.document.sheets.find((each) => each.title === title);
    if (!sheet || drawnSheet === title) return;
    drawnSheet = title;
    cells.clear();
    for (const tab of $("tabs").children) tab.setAttribute("aria-selected", String(tab.dataset.title === title));
    $("note").textContent = sheet.cut ? "这张表太大，只画了前面一部分；校验的是全部。" : "点带颜色的格子，这里显示批注。";
    const { rows } = sheet;
    let height = rows.length, width = rows.length ? rows[0].length : 0;
    while (height && !rows[height - 1].some(Boolean) && !rowMarked(sheet, height)) height--;
    while (width && !rows.some((row) => row[width - 1]) && !columnMarked(sheet, width)) width--;
    const spans = new Map(), covered = new Set();
    for (const [top, left, bottom, right] of sheet.merged) {
      const [last, far] = [Math.min(bottom, height), Math.min(right, width)];
      if (top > last || left > far) continue;
      spans.set(`${top},${left}`, [last - top + 1, far - left + 1]);
      for (let row = top; row <= last; row++)
        for (let column = left; column <= far; column++)
          if (row !== top || column !== left) covered.add(`${row},${column}`);
    }
    const table = made("table");
    const head = made("tr");
    head.append(made("th", ""));
    for (let column = 1; column <= width; column++) head.append(made("th", letters(column), { scope: "col" }));
    const top = made("thead");
    top.append(head);
    const body = made("tbody");
    for (let row = 1; row <= height; row++) {
      const line = made("tr");
      line.append(made("th", String(row), { scope: "row" }));
      for (let column = 1; column <= width; column++) {
        if (covered.has(`${row},${column}`)) continue;
        const address = letters(column) + row;
        const cell = made("td", rows[row - 1][column - 1]);
        const [down, across] = spans.get(`${row},${column}`) || [1, 1];
        if (down > 1) cell.rowSpan = down;
        if (across > 1) cell.colSpan = across;
        const mark = sheet.marks[address];
        if (mark) dress(cell, address, mark);
        cells.set(address, cell);
        line.append(cell);
      }
      body.append(line);
    }
    table.append(top, body);
    $("sheet").replaceChildren(table);
    $("sheet").setAttribute("aria-label", title);
  }

  function dress(cell, address, [fill, note]) {
    cell.className = note ? "marked noted" : "marked";
    cell.dataset.fill = fill;
    if (fill) cell.style.backgroundColor = "#" + about.colours[fill];
    if (!note) return;
    cell.title = note;
    cell.tabIndex = 0;
    const tell = () => ($("note").textContent = `${address}　${note}`);
    cell.addEventListener("click", tell);
    cell.addEventListener("focus", tell);
  }

  function rowMarked(sheet, row) {
    return Object.keys(sheet.marks).some((address) => Number(address.replace(/\D/g, "")) === row);
  }

  function columnMarked(sheet, column) {
    return Object.keys(sheet.marks).some((address) => address.replace(/\d/g, "") === letters(column));
  }

  function goto(sheet, address) {
    draw(sheet);
    for (const cell of document.querySelectorAll("td.here")) cell.classList.remove("here");
    const cell = cells.get(address);
    if (!cell) return;
    cell.classList.add("here");
    cell.tabIndex = 0;
    cell.scrollIntoView({ block: "center", inline: "center" });
    cell.focus({ preventScroll: true });
  }

  // -- buttons ----------------------------------------------------------------------------------

  function show(element, whether) {
    element.hidden = !whether;
  }

  function save(name, content) {
    const link = made("a", "", { download: name });
    link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  function named(name, word) {
    const own = name.split("/").pop();
    return own.replace(/(\.[^.]*)?$/, (suffix) => `.${word}${suffix}`);
  }

  $("copy").addEventListener("click", () => save(named(current.name, "带标记"), current.copy));
  $("clean").addEventListener("click", async () => {
    const { said, content } = await ask("clean", { content: await current.read() });
    $("said").textContent = said;
    if (content) save(named(current.name, "清除"), content);
  });
  $("print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => {
    for (const group of document.querySelectorAll("#result details")) group.open = true;
  });
  $("away").addEventListener("click", () => {
    show($("result"), false);
    if (items.length < 2) {
      items = [];
      say("准备好了，请放一份表。");
    }
    $("choose").focus();
  });
  $("stop").addEventListener("click", () => (stopped = true));
  $("choose").addEventListener("click", () => $("files").click());
  $("choose-folder").addEventListener("click", () => $("folder").click());
  for (const id of ["files", "folder"])
    $(id).addEventListener("change", () => {
      const given = [...$(id).files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
      $(id).value = "";
      take(given);
    });
  window.addEventListener("dragover", (event) => {
    event.preventDefault();
    $("drop").classList.add("over");
  });
  window.addEventListener("dragleave", () => $("drop").classList.remove("over"));
  window.addEventListener("drop", async (event) => {
    event.preventDefault();
    $("drop").classList.remove("over");
    take(await filesOf(event.dataTransfer));
  });

  // -- the start --------------------------------------------------------------------------------

  say("正在准备，几秒钟……");
  begin().then(
    () => {
      $("about").textContent =
        `口径：${about.profile} · ${about.edition} 年 · ${about.rules} 条规则 · 表格不会离开这台电脑`;
      about.blanks.forEach((name, place_) => {
        $("blanks").append(made("button", name, { class: "place", type: "button",
          click: async () => { const blank = await ask("blank", { place: place_ }); save(blank.name, blank.content); } }));
      });
      show($("blanks"), about.blanks.length > 0);
      if (!busy) say("准备好了，请放一份表。");
      document.body.dataset.ready = String(Math.round(performance.now()));
    },
    (problem) => {
      show($("old"), true);
      $("lacking").textContent = `程序没有启动：${problem.message}`;
      say("程序没有启动，这个浏览器不能校验。", true);
    }
  );
})();
