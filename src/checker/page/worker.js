// The worker: Python and the host. It is told what to do by page.js and answers each message.
let python, desk, asBytes;

async function unpacked(text) {
  let bytes;
  if (Uint8Array.fromBase64) bytes = Uint8Array.fromBase64(text);
  else {
    const plain = atob(text);
    bytes = new Uint8Array(plain.length);
    for (let at = 0; at < plain.length; at++) bytes[at] = plain.charCodeAt(at);
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function address(bytes) {
  return URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
}

async function start(packed) {
  const parts = {};
  await Promise.all(Object.keys(packed).map(async (name) => (parts[name] = await unpacked(packed[name]))));
  const types = { wasm: "application/wasm", zip: "application/zip" };
  // Whatever Pyodide asks for by name is in this file; nothing else can be had.
  self.fetch = async (what) => {
    const name = String(what.url || what).split("/").pop();
    if (!parts[name]) throw new TypeError("not in this file: " + name);
    return new Response(parts[name], { headers: { "Content-Type": types[name.split(".").pop()] } });
  };
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([
    import(address(parts["pyodide.mjs"])),
    import(address(parts["pyodide.asm.mjs"])),
  ]);
  postMessage({ step: "python" });
  python = await loadPyodide({
    indexURL: "https://page.invalid/",
    stdLibURL: "https://page.invalid/python_stdlib.zip",
    createPyodideModule,
    lockFileContents: { info: { abi_version: "2026_0" }, packages: {} },
    env: { HOME: "/home", CHECKER_CACHE_DIR: "/site/cache", LANG: "C.UTF-8" },
  });
  postMessage({ step: "rules" });
  python.unpackArchive(parts["site.zip"], "zip", { extractDir: "/site" });
  for (const name of Object.keys(parts)) delete parts[name];
  asBytes = python.runPython("lambda given: given.to_bytes()");
  desk = python.runPython(`
import sys
from pathlib import Path
sys.path.insert(0, "/site")
from checker.page.desk import desk_of
desk_of(Path("/site"))
`);
  const about = taken(desk.about());
  if (about.blanks.length) {  // everything that judging imports is there before a file comes
    const blank = desk.blank(0);
    desk.check(blank.name, blank.content).destroy();
    blank.destroy();
  }
  return about;
}

function raw(bytes) {
  if (bytes === undefined || bytes === null) return null;
  const copy = bytes.toJs();
  bytes.destroy();
  return copy;
}

function taken(bytes) {
  return JSON.parse(new TextDecoder().decode(raw(bytes)));
}

const tasks = {
  start: ({ parts }) => start(parts),
  check({ name, content, texts, drawn, counted, modified }) {
    const given = python.toPy(texts || {});
    const checked = desk.check(name, asBytes(content), given, drawn, counted, modified);
    const answer = { document: taken(checked.document), copy: raw(checked.marked) };
    checked.destroy();
    given.destroy();
    return answer;
  },
  begin: () => desk.county.begin(),
  sorted({ names }) {
    const given = python.toPy(names);
    const told = taken(desk.county.sorted_apart(given));
    given.destroy();
    return told;
  },
  county({ name, others, roster, generated }) {
    const given = python.toPy(others);
    const made = desk.county.concluded(name, given, roster ? roster.name : "", asBytes(roster ? roster.content : new Uint8Array()), generated);
    const answer = { ...taken(made.told), files: [] };
    for (const paper of made.papers) {
      answer.files.push([paper[0], raw(paper[1])]);
      paper.destroy();
    }
    made.destroy();
    given.destroy();
    return answer;
  },
  remark: ({ name, content }) => raw(desk.county.marked_copy(name, asBytes(content))),
  clean({ content }) {
    const cleaned = desk.clean(asBytes(content));
    const answer = { said: cleaned.said, content: raw(cleaned.content) };
    cleaned.destroy();
    return answer;
  },
  blank({ place }) {
    const blank = desk.blank(place);
    const answer = { name: blank.name, content: raw(blank.content) };
    blank.destroy();
    return answer;
  },
  entries({ name, content }) {
    const found = desk.entries(name, asBytes(content));
    const answer = [];
    for (const each of found) {
      answer.push({ name: each.name, said: each.said, status: each.status, modified: each.modified, content: raw(each.content) });
      each.destroy();
    }
    found.destroy();
    return answer;
  },
  among: ({ name, content }) => desk.among_results(name, asBytes(content)),
  together({ files }) {
    const given = python.toPy(files.map(([name, content]) => [name, asBytes(content)]));
    const packed = raw(desk.together(given));
    given.destroy();
    return packed;
  },
};

onmessage = async ({ data }) => {
  try {
    postMessage({ id: data.id, answer: await tasks[data.task](data) });
  } catch (problem) {
    postMessage({ id: data.id, problem: String((problem && problem.message) || problem) });
  }
};
