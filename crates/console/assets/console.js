// What a script makes better. Everything works without it.

// Copy buttons: made here, so that nobody sees one that does nothing.
for (const box of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small quiet";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${box.dataset.copy}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(box.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  box.append(button);
}

// Parts of a page that wait for something: they are asked for again until they say that they are done.
for (const part of document.querySelectorAll("[data-refresh]")) {
  const seconds = Number(part.dataset.refresh);
  const from = part.dataset.from ?? location.href;
  const again = async () => {
    const answer = await fetch(from, { headers: { "x-part-of-page": part.id } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh) return;
    if (fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
    if (fresh.hasAttribute("data-refresh")) setTimeout(again, seconds * 1000);
  };
  setTimeout(again, seconds * 1000);
}

// One menu is open at a time, and Escape closes it.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("details.account[open]")?.removeAttribute("open");
});

// A box that ticks all others of its form.
for (const all of document.querySelectorAll("input[data-all]")) {
  for (const part of [all, ...all.labels]) part.hidden = false;
  all.addEventListener("change", () => {
    for (const one of all.form.querySelectorAll(`input[name="${all.dataset.all}"]`)) one.checked = all.checked;
  });
}
