// Works the county page by keyboard alone: node county.mjs PAGE; what was seen is printed as JSON.
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
});
const page = await (await browser.newContext({ viewport: { width: 1300, height: 900 } })).newPage();
const told = { errors: [], reached: [], filters: {}, overflow: {} };
page.on("pageerror", (problem) => told.errors.push(String(problem)));
await page.goto(pathToFileURL(process.argv[2]).href);
const shown = () => page.$$eval("[data-line]", (rows) => rows.filter((row) => !row.hidden).length);
const focused = () => page.evaluate(() => document.activeElement.id);
async function tabTo(id) {
  for (let step = 0; step < 400; step++) {
    if ((await focused()) === id) return true;
    await page.keyboard.press("Tab");
  }
  return false;
}
told.all = await shown();
for (const id of ["filter", "by-problem", "by-stage", "by-town", "by-rule", "clear"]) {
  if (await tabTo(id)) told.reached.push(id);
}
for (const id of ["by-problem", "by-stage", "by-town", "by-rule"]) {
  const found = [];
  await page.focus("#" + id);
  const options = await page.$eval("#" + id, (control) => control.options.length);
  for (let step = 1; step < Math.min(options, 7); step++) {
    await page.keyboard.press("ArrowDown");
    found.push([await page.$eval("#" + id, (control) => control.value), await shown()]);
  }
  told.filters[id] = found;
  await page.focus("#clear");
  await page.keyboard.press("Enter");
}
await page.focus("#filter");
await page.keyboard.type("没有这样的学校");
told.nothing = [await shown(), await page.isVisible("#nothing")];
await page.focus("#clear");
await page.keyboard.press("Space");
told.again = await shown();
const tile = page.locator("button.town").first();
if (await tile.count()) {
  const town = await tile.getAttribute("data-value");
  const inTown = await page.$$eval("[data-line]", (rows, name) => rows.filter((row) => row.dataset.town === name).length, town);
  await tile.focus();
  await page.keyboard.press("Enter");
  told.town = { chosen: await page.$eval("#by-town", (control) => control.value) === town, at: await focused(),
    shown: await shown(), rows: inTown, pressed: await tile.getAttribute("aria-pressed") };
  await tile.focus();
  await page.keyboard.press("Space");
  told.town.again = await shown();
}
const sort = page.locator("table.work thead button.sort").nth(5);
await sort.focus();
await page.keyboard.press("Enter");
told.sorted = await page.$$eval("[data-line]", (rows) => rows.map((row) => Number(row.cells[5].textContent || 0)));
const school = page.locator("#schools summary").first();
await school.focus();
await page.keyboard.press("Enter");
told.open = await page.$eval("#schools details", (item) => item.open);
for (const width of [1300, 390]) {
  await page.setViewportSize({ width, height: 900 });
  told.overflow[width] = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
console.log(JSON.stringify(told));
await browser.close();
