// Drives 校验.html in Chromium: node page.mjs PAGE FOLDER STEPS.json; answers are printed as JSON.
// FOLDER gets downloads and pictures. Every request that would leave the file is refused and told.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [address, folder, steps] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
});
const told = { requests: [], errors: [], dialogs: 0, answers: {} };
const context = await browser.newContext({ viewport: { width: 1300, height: 900 }, acceptDownloads: true });
await context.setOffline(true);
// What the worker answers is kept, to be compared with what the command line says.
await context.addInitScript(() => {
  window.seen = [];
  const Plain = window.Worker;
  window.Worker = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => data.answer?.document && window.seen.push(data.answer.document));
    }
  };
});
const page = await context.newPage();
page.setDefaultTimeout(900000); // a machine may be busy with other things
const own = pathToFileURL(address).href;
page.on("request", (request) => {
  const url = request.url();
  if (url !== own && !url.startsWith("blob:") && !url.startsWith("data:")) told.requests.push(url);
});
page.on("console", (message) => message.type() === "error" && told.errors.push(message.text()));
page.on("pageerror", (problem) => told.errors.push(String(problem)));
page.on("dialog", (dialog) => (told.dialogs++, dialog.dismiss()));

const started = Date.now();
await page.goto(own);
await page.waitForFunction(() => document.body.dataset.ready);
told.ready = Date.now() - started;

async function settled(work) {
  const before = await page.evaluate(() => document.body.dataset.done || "0");
  await work();
  await page.waitForFunction((was) => (document.body.dataset.done || "0") !== was, before);
}

async function download(name, click) {
  const [got] = await Promise.all([page.waitForEvent("download"), click()]);
  await got.saveAs(join(folder, name));
  return got.suggestedFilename();
}

const does = {
  drop: ({ files }) => settled(() => page.setInputFiles("#files", files)),
  // Something else is put in before the first is done.
  twice: async ({ first, then, shown }) => {
    await page.setInputFiles("#files", first);
    await page.setInputFiles("#files", then);
    const told = await page.textContent("#state");
    await page.waitForFunction((text) => document.getElementById("unit").textContent.includes(text), shown);
    return told;
  },
  folder: ({ folder }) => settled(() => page.setInputFiles("#folder", folder)),
  // As a person drags it from the file manager.
  drag: ({ file, name }) => settled(async () => {
    const content = readFileSync(file).toString("base64");
    await page.evaluate(async ([base64, called]) => {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], called));
      for (const type of ["dragover", "drop"])
        document.getElementById("drop").dispatchEvent(
          new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, [content, name]);
  }),
  // Pressed as soon as some files are done.
  stopped: ({ folder, after }) => settled(async () => {
    await page.setInputFiles("#folder", folder);
    await page.waitForFunction((done) => document.getElementById("progress").value >= done, after);
    await page.click("#stop");
  }),
  heap: () => page.workers()[0].evaluate("python._module.HEAPU8.length"),
  explain: async ({ texts }) => {
    const boxes = page.locator("textarea[data-key]");
    for (let at = 0; at < (await boxes.count()); at++) {
      const key = await boxes.nth(at).getAttribute("data-key");
      if (texts[key]) await boxes.nth(at).evaluate((box, text) => (box.value = text), texts[key]);
    }
    await settled(() => page.locator("#rewrite").evaluate((button) => button.click()));
  },
  download: ({ name, button }) => download(name, () => page.locator(button).first().click()),
  county: async ({ name, county }) => {
    if (county) await page.fill("#county-name", county);
    await page.waitForFunction(() => !document.getElementById("county").disabled);
    return download(name, () => page.locator("#county").click());
  },
  text: ({ at }) => page.locator(at).allTextContents(),
  count: ({ at }) => page.locator(at).count(),
  seen: () => page.evaluate(() => window.seen.splice(0)),
  evaluate: ({ script }) => page.evaluate(script),
  open: async ({ name }) => {
    await page.locator("#files-body button.place", { hasText: name }).first().click();
    await page.waitForFunction((text) => document.getElementById("unit").textContent.includes(text), name);
  },
  press: ({ key }) => page.keyboard.press(key),
  click: ({ at }) => page.locator(at).first().click(),
  picture: async ({ name, width }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(folder, name), fullPage: true });
  },
  print: ({ name }) => page.pdf({ path: join(folder, name) }).then(() => null),
};

for (const step of JSON.parse(readFileSync(steps, "utf8"))) {
  const answer = await does[step.do](step);
  if (step.as) told.answers[step.as] = answer;
}
await browser.close();
process.stdout.write(JSON.stringify(told));
