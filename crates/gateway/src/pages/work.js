// What the pages of members and of workstations share: who is asking, and buttons that change something.
export const $ = (id) => document.getElementById(id);
export const QUARTERS = { 1: "一季度", 2: "二季度", 3: "三季度", 4: "四季度" };
const KEY = "qingdan-token";
let page;
let documents;

// Text is only ever set as text: what residents wrote is never read as a page.
export function el(tag, ...children) {
  const node = document.createElement(tag);
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
}

export async function ask(operationName, variables, key) {
  documents ??= await (await fetch(page.document)).text();
  const headers = {
    "content-type": "application/json",
    accept: "application/graphql-response+json",
    authorization: "Bearer " + sessionStorage.getItem(KEY),
  };
  if (key) headers["idempotency-key"] = key;
  const answer = await fetch("/graphql", {
    method: "POST",
    headers,
    body: JSON.stringify({ query: documents, operationName, variables }),
  });
  const body = await answer.json();
  if (body.errors?.length) throw new Error(body.errors.map((e) => e.message).join(";"));
  return body.data;
}

export function press(words, does) {
  const b = el("button", words);
  b.type = "button";
  b.addEventListener("click", does);
  return b;
}

export function field(tag, name, more = {}) {
  const f = el(tag);
  f.setAttribute("aria-label", name);
  return Object.assign(f, more);
}

// A key that nobody has had; also where the page does not come over TLS, as within an office.
function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

// Buttons that change something, each `[words, operation, input]`: one press is one change, whatever the network does in
// between.
export function actions(name, buttons, fields = []) {
  const said = el("p");
  said.setAttribute("role", "alert");
  const bar = el("div");
  bar.className = "actions";
  const button = ([words, operation, input]) => {
    const key = fresh();
    return press(words, async () => {
      bar.querySelectorAll("button").forEach((x) => { x.disabled = true; });
      said.textContent = "正在提交…";
      try {
        const { done } = await ask(operation, { input: input() }, key);
        if (done.errors.length) throw new Error(done.errors.map((e) => e.message).join(";"));
        await show(`已${words}:${name}`);
      } catch (error) {
        said.textContent = error.message;
        // What was changed meanwhile is read anew before another try.
        bar.replaceChildren(press("重新读取", () => show()), said);
      }
    });
  };
  bar.append(...buttons.map(button), ...fields, said);
  return bar;
}

export function deadline(words, d) {
  if (!d) return "";
  const left = d.workingDays < 0 ? `已过 ${-d.workingDays} 个工作日` : `还有 ${d.workingDays} 个工作日`;
  return el("p", `${words} ${d.day},${left}。${d.caution ?? ""}`);
}

export function reasons(score) {
  const parts = score.parts.map((p) => `${p.text} ${p.points > 0 ? "+" : ""}${p.points}`).join(",");
  return `建议理由(${score.total} 分):${parts}`;
}

// What was found, or nothing; `more` asks for more of it.
export function section(title, found, card, more) {
  if (!found.totalCount) return "";
  const left = found.totalCount - found.nodes.length;
  const rest = more ? el("p", press(`再显示一些(还有 ${left} 件)`, more)) : el("p", `另有 ${left} 件,办理后会显示。`);
  return el("section", el("h2", `${title}(${found.totalCount})`), ...found.nodes.map(card), left > 0 ? rest : "");
}

// Reads everything anew: `page.sections` gives the sections, `page.empty` is said where there is none.
export async function show(words) {
  $("state").textContent = "正在读取…";
  try {
    const d = await ask(page.query, { year: Number($("year").value), ...page.variables });
    const waiting = d.inbox.filter((e) => e.count).map((e) => el("li", `${e.label} ${e.count} 件`));
    const list = el("ul", ...waiting);
    list.className = "districts";
    const sections = page.sections(d).filter(Boolean);
    $("work").replaceChildren(...(waiting.length ? [list] : []), ...sections);
    if (!sections.length) $("work").append(el("p", page.empty));
    $("state").textContent = [d.viewer.name, words].filter(Boolean).join(" · ");
  } catch (error) {
    $("work").replaceChildren();
    $("state").textContent = error.message;
  }
}

// Opens the page: with the token that this window still has, or when one is given.
export function open(what) {
  page = what;
  $("year").value = new Date().getFullYear();
  $("enter").addEventListener("submit", (e) => {
    e.preventDefault();
    const token = $("token").value.trim();
    if (token) sessionStorage.setItem(KEY, token);
    $("token").value = "";
    $("token").required = false;
    show();
  });
  $("leave").addEventListener("click", () => {
    sessionStorage.removeItem(KEY);
    $("token").required = true;
    $("work").replaceChildren();
    $("state").textContent = "已退出。";
  });
  if (sessionStorage.getItem(KEY)) {
    $("token").required = false;
    show();
  }
}
