// Runs `packing.py` in the Python that browsers will run, so that what it compiles fits.
// node packing.mjs FOLDER: FOLDER/pyodide and FOLDER/site are there, FOLDER/packed is made.
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";
import { readFileSync } from "node:fs";

const folder = resolve(process.argv[2]);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide", "pyodide.mjs")).href);
const python = await loadPyodide({
  indexURL: join(folder, "pyodide"),
  lockFileContents: { info: { abi_version: "2026_0" }, packages: {} },
});
python.mountNodeFS("/packing", folder);
try {
  python.runPython(readFileSync(join(folder, "packing.py"), "utf8"));
} catch (problem) {
  console.error(problem.message); // not the stack: it would print the whole of Pyodide
  process.exit(1);
}
