import { QUARTERS, actions, ask, deadline, el, field, open, press, reasons, section, show } from "/work.js";
const ANSWERS = { ACCEPTED: "已接单", DECLINED: "退单", LAPSED: "逾期未答", TAKEN_BACK: "已撤回" };
const variables = { first: 10 };
let rights = new Set();

// Buttons for those who may press them; whoever may not sees the matter alone.
function may(action, make) {
  return rights.has(action) ? make() : "";
}

function need(n, ...more) {
  if (!n) return "";
  const facts = [n.urgency === "URGENT" ? "紧急" : "", n.place, n.beneficiaries,
    n.category ? `类别:${n.category.name}` : n.proposedCategory ? `类别(建议):${n.proposedCategory.name}` : "",
    n.desiredBy ? `希望不晚于 ${n.desiredBy}` : "", n.workstation?.name];
  return el("div", el("h3", `${n.number} ${n.title}`), el("p", n.description),
    el("p", facts.filter(Boolean).join(" · ")), ...more);
}

function why(placeholder) {
  return field("input", "原因", { placeholder, maxLength: 200 });
}

const named = (c) => (c ? `${c.code} ${c.name}` : "");

// The class that is proposed, to be confirmed or corrected by who verifies.
function kind(n) {
  const f = field("input", "类别", { value: named(n.category ?? n.proposedCategory), placeholder: "类别:输入名称或代码选择" });
  f.setAttribute("list", "classes");
  return f;
}

// All classes, read once for the window.
async function classes() {
  const list = el("datalist");
  list.id = "classes";
  document.body.append(list);
  try {
    const d = await ask("Classes", {});
    list.append(...[...d.second.nodes, ...d.third.nodes].map((c) => Object.assign(el("option"), { value: named(c) })));
  } catch {
    // Without it a code can still be typed.
    list.remove();
  }
}

function submitted(n) {
  const step = { id: n.id, expectedVersion: n.version };
  const reason = why("不受理的原因(必填)");
  const category = kind(n);
  return el("article", need(n, n.possibleDuplicateOf ? el("p", `可能与 ${n.possibleDuplicateOf} 重复,请先核对。`) : ""),
    may("DECIDE_NEED", () => actions(n.number, [
      ["核实通过", "VerifyNeed", () => ({ ...step, category: category.value.trim().split(" ")[0] || null })],
      ["不受理", "RefuseNeed", () => ({ ...step, reason: reason.value.trim() })],
    ], [category, reason])));
}

function who(m) {
  return `${m.member?.name ?? "委员"}「${m.resource?.title ?? ""}」,${QUARTERS[m.quarter]}`;
}

function suggested(m) {
  const step = { id: m.id, expectedVersion: m.version };
  const reason = why("不采纳的原因(必填)");
  const rank = m.rank ? `在 ${m.candidateCount} 项可用资源中排第 ${m.rank}。` : "";
  const next = m.alternative
    ? `若不用它,次优是 ${m.alternative.resourceNumber},方案少 ${m.alternative.pointsLost} 分。` : "";
  return el("article", need(m.need), el("p", `系统建议:${who(m)}。${rank}${next}`), el("p", reasons(m.score)),
    may("DECIDE_MATCH", () => actions(m.need?.number ?? "", [
      ["征询委员", "ProposeMatch", () => step],
      ["不采纳", "DismissMatch", () => ({ ...step, reason: reason.value.trim() })],
    ], [reason])));
}

const proposed = (m) => el("article", need(m.need), el("p", `已征询:${who(m)}。等委员答复。`), el("p", reasons(m.score)));

function order(o) {
  const step = { id: o.id, expectedVersion: o.version };
  const again = field("input", "再次征询的理由", { placeholder: "再次征询谢绝过的委员时,写明理由", maxLength: 200 });
  const to = (more) => () => ({ ...step, ...more, again: again.value.trim() || null });
  const matches = (o.need?.matches ?? []).filter((m) => m.status === "CONFIRMED" || m.status === "SUGGESTED");
  const asked = o.offers.map((f) => `${f.member?.name ?? "委员"} ${ANSWERS[f.answer] ?? "未答"}${f.reason ? "(" + f.reason + ")" : ""}`);
  return el("article", need(o.need), el("p", `单 ${o.number}${o.reason ? " · " + o.reason : ""}`),
    deadline("办理期限:", o.dueBy), asked.length ? el("p", `已征询:${asked.join(";")}`) : "",
    may("DECIDE_ORDER", () => actions(o.number,
      matches.map((m) => [`派给 ${who(m)}`, "DispatchOrder", to({ matchId: m.id })]), asked.length ? [again] : [])),
    how(o.need?.id, (c) => may("DECIDE_ORDER", () => actions(o.number,
      [["派单", "DispatchOrder", to({ resourceId: c.resource.id, quarter: c.quarter })]]))));
}

function unserved(n) {
  const reason = n.unservedReason;
  return el("article", need(n, el("p", reason ? `${reason.text}${reason.remedy}` : "尚未列入匹配方案。")),
    how(n.id, (c) => may("DECIDE_MATCH", () => actions(n.number,
      [["征询委员", "ProposePair", () => ({ needId: n.id, resourceId: c.resource.id, quarter: c.quarter })]]))));
}

// How a need could be served: asked for one need at a time, as each answer takes solves.
function how(id, choose) {
  if (!id) return "";
  const box = el("div");
  const ways = async () => {
    box.replaceChildren(el("p", "正在计算…"));
    try {
      const d = await ask("How", { need: id });
      const changes = (d.node?.cheapestChanges ?? []).map((r) => {
        const moved = r.with.moves.map((m) => m.need.number).join("、");
        return el("li", `${r.message}(满足 ${signed(r.with.served)} 件,总分 ${signed(r.with.score)}${moved ? ",调整 " + moved : ""})`);
      });
      const candidates = d.candidatesForNeed.map((c) => el("li",
        `${c.resource.number} ${c.resource.title} · ${c.resource.member?.name ?? ""}`,
        c.refusal ? el("p", `不可用:${c.refusal.message}`) : el("p", `可用,${QUARTERS[c.quarter]}。${c.score ? reasons(c.score) : ""}`),
        c.refusal ? "" : choose(c)));
      box.replaceChildren(
        el("h4", "按本年匹配方案,最小的改动"),
        changes.length ? el("ul", ...changes) : el("p", "没有一处小的改动能使它得到承接而不影响别的需求。"),
        el("h4", "现在可以考虑的资源"),
        candidates.length ? el("ul", ...candidates) : el("p", "全市没有这一类别的资源,或它所需的都已有人承接。"));
    } catch (error) {
      box.replaceChildren(el("p", error.message), press("再试一次", ways));
    }
  };
  box.append(press("怎样才能承接", ways));
  return box;
}

function signed(n) {
  return n < 0 ? `${n}` : `+${n}`;
}

// As many as a page of the API has at most.
const MOST = 100;

function more() {
  variables.first = Math.min(variables.first + 20, MOST);
  show();
}

open({
  document: "/station.graphql",
  query: "Station",
  variables,
  empty: "现在没有等本站处理的事项。",
  sections: (d) => {
    rights = new Set(d.viewer.rights.map((r) => r.action));
    if (d.submitted.nodes.length && !document.getElementById("classes")) classes();
    const rest = variables.first < MOST ? more : undefined;
    return [
      section("待核实的需求", d.submitted, submitted, rest),
      section("系统建议的匹配", d.suggested, suggested, rest),
      section("等委员答复的匹配", d.proposed, proposed, rest),
      section("待派的单", d.opened, order, rest),
      section("退单,待改派", d.declined, order, rest),
      section("逾期未答,待改派", d.lapsed, order, rest),
      section("退回,待改派", d.returned, order, rest),
      section("尚无安排的需求", d.open, unserved, rest),
    ];
  },
});
