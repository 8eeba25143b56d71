"use strict";
const $ = (id) => document.getElementById(id);
const KEY = "qingdan-token";
const QUARTERS = { 1: "一季度", 2: "二季度", 3: "三季度", 4: "四季度" };
const REASONS = { TIME: "时间冲突", PROFESSION: "不属专业", USED_UP: "资源已用尽", CONFLICT: "回避", OTHER: "其他" };
let documents;

// Text is only ever set as text: what residents wrote is never read as a page.
function el(tag, ...children) {
  const node = document.createElement(tag);
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
}

async function ask(operationName, variables, key) {
  documents ??= await (await fetch("/me.graphql")).text();
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

function deadline(words, d) {
  if (!d) return "";
  const left = d.workingDays < 0 ? `已过 ${-d.workingDays} 个工作日` : `还有 ${d.workingDays} 个工作日`;
  return el("p", `${words} ${d.day},${left}。${d.caution ?? ""}`);
}

// Buttons that change something: one press one change, whatever the network does in between.
function actions(number, id, expectedVersion, yes, no) {
  const said = el("p");
  said.setAttribute("role", "alert");
  const reason = el("select", ...Object.entries(REASONS).map(([code, name]) => new Option(name, code)));
  reason.setAttribute("aria-label", "原因");
  const note = el("input");
  note.placeholder = "说明(选「其他」时必填)";
  note.maxLength = 200;
  note.setAttribute("aria-label", "说明");
  const bar = el("div");
  bar.className = "actions";
  const button = (words, operation, more) => {
    const b = el("button", words);
    b.type = "button";
    const key = crypto.randomUUID();
    b.addEventListener("click", async () => {
      bar.querySelectorAll("button").forEach((x) => { x.disabled = true; });
      said.textContent = "正在提交…";
      try {
        const { done } = await ask(operation, { input: { id, expectedVersion, ...more() } }, key);
        if (done.errors.length) throw new Error(done.errors.map((e) => e.message).join(";"));
        await show(`已${words}:${number}`);
      } catch (error) {
        said.textContent = error.message;
        // What was changed meanwhile is read anew before another try.
        bar.replaceChildren(again(), said);
      }
    });
    return b;
  };
  bar.append(
    button(yes[0], yes[1], () => ({})),
    button(no[0], no[1], () => ({ reason: reason.value, note: note.value.trim() })),
    reason,
    note,
    said,
  );
  return bar;
}

function again() {
  const b = el("button", "重新读取");
  b.type = "button";
  b.addEventListener("click", () => show());
  return b;
}

function section(title, found, card) {
  if (!found.totalCount) return "";
  const left = found.totalCount - found.nodes.length;
  return el("section", el("h2", `${title}(${found.totalCount})`), ...found.nodes.map(card),
    left > 0 ? el("p", `另有 ${left} 件,办理后会显示。`) : "");
}

function need(n) {
  return n ? [el("h3", n.title), el("p", n.description), el("p", [n.place, n.beneficiaries].filter(Boolean).join(" · "))] : [];
}

function match(m) {
  const why = m.score.parts.map((p) => `${p.text} ${p.points > 0 ? "+" : ""}${p.points}`).join(",");
  return el("article", ...need(m.need),
    el("p", `${m.need?.workstation?.name ?? ""} 想请您在${QUARTERS[m.quarter]}用资源「${m.resource?.title ?? ""}」承接。`),
    el("p", `建议理由(${m.score.total} 分):${why}`),
    actions(m.need?.number ?? "", m.id, m.version, ["同意", "ConfirmMatch"], ["谢绝", "DeclineMatch"]));
}

function order(o, rest) {
  const resource = o.match?.resource?.title;
  return el("article", ...need(o.need), el("p", `单 ${o.number} · ${o.workstation?.name ?? ""}`),
    resource ? el("p", `用资源「${resource}」${o.match.quarter ? "," + QUARTERS[o.match.quarter] : ""}`) : "", ...rest);
}

const offered = (o) => order(o, [
  deadline("请在此日前答复:", o.acceptBy),
  actions(o.number, o.id, o.version, ["接单", "AcceptOrder"], ["退单", "DeclineOrder"]),
]);
const atWork = (o) => order(o, [
  deadline("办理期限:", o.dueBy),
  o.plan ? el("p", `安排:${o.plan}`) : "",
  o.returnAsked ? el("p", `已申请退回:${o.returnAsked}`) : "",
]);

async function show(words) {
  $("state").textContent = "正在读取…";
  try {
    const d = await ask("Mine", { year: Number($("year").value) });
    const waiting = d.inbox.filter((e) => e.count).map((e) => el("li", `${e.label} ${e.count} 件`));
    const list = el("ul", ...waiting);
    list.className = "districts";
    const sections = [
      section("请您答复的匹配", d.proposed, match),
      section("待接的单", d.offered, offered),
      section("已接单", d.accepted, atWork),
      section("协商中", d.consulting, atWork),
      section("已安排", d.planned, atWork),
      section("办理中", d.executing, atWork),
    ];
    $("work").replaceChildren(...(waiting.length ? [list] : []), ...sections.filter(Boolean));
    if (!sections.some(Boolean)) $("work").append(el("p", "现在没有等您答复或正在办理的事项。"));
    $("state").textContent = [d.viewer.name, words].filter(Boolean).join(" · ");
  } catch (error) {
    $("work").replaceChildren();
    $("state").textContent = error.message;
  }
}

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
