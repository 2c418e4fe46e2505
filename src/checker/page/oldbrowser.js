/* Says what an old browser lacks, in the words of the oldest JavaScript, before anything else. */
(function () {
  var lacking = [];
  if (typeof WebAssembly !== "object") lacking.push("WebAssembly");
  else if (
    !WebAssembly.validate(
      new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0, 6, 64, 25, 11, 11])
    )
  ) lacking.push("WebAssembly 异常处理");
  if (typeof DecompressionStream !== "function") lacking.push("DecompressionStream");
  if (typeof Worker !== "function") lacking.push("Worker");
  if (typeof BigInt !== "function") lacking.push("BigInt");
  window.checkerLacks = lacking;
  if (!lacking.length) return;
  document.getElementById("old").removeAttribute("hidden");
  document.getElementById("give").setAttribute("hidden", "");
  document.getElementById("lacking").appendChild(
    document.createTextNode("缺少：" + lacking.join("、") + "。")
  );
})();
