import { QUARTERS, actions, deadline, el, field, open, reasons, section } from "/work.js";
const REASONS = { TIME: "时间冲突", PROFESSION: "不属专业", USED_UP: "资源已用尽", CONFLICT: "回避", OTHER: "其他" };

function answer(number, { id, version: expectedVersion }, yes, no) {
  const reason = field("select", "原因");
  reason.append(...Object.entries(REASONS).map(([code, name]) => new Option(name, code)));
  const note = field("input", "说明", { placeholder: "说明(选「其他」时必填)", maxLength: 200 });
  const step = { id, expectedVersion };
  const refuse = () => ({ ...step, reason: reason.value, note: note.value.trim() });
  return actions(number, [[...yes, () => step], [...no, refuse]], [reason, note]);
}

function need(n) {
  return n ? [el("h3", n.title), el("p", n.description), el("p", [n.place, n.beneficiaries].filter(Boolean).join(" · "))] : [];
}

function match(m) {
  return el("article", ...need(m.need),
    el("p", `${m.need?.workstation?.name ?? ""} 想请您在${QUARTERS[m.quarter]}用资源「${m.resource?.title ?? ""}」承接。`),
    el("p", reasons(m.score)),
    answer(m.need?.number ?? "", m, ["同意", "ConfirmMatch"], ["谢绝", "DeclineMatch"]));
}

function order(o, rest) {
  const resource = o.match?.resource?.title;
  return el("article", ...need(o.need), el("p", `单 ${o.number} · ${o.workstation?.name ?? ""}`),
    resource ? el("p", `用资源「${resource}」${o.match.quarter ? "," + QUARTERS[o.match.quarter] : ""}`) : "", ...rest);
}

const offered = (o) => order(o, [
  deadline("请在此日前答复:", o.acceptBy),
  answer(o.number, o, ["接单", "AcceptOrder"], ["退单", "DeclineOrder"]),
]);
const atWork = (o) => order(o, [
  deadline("办理期限:", o.dueBy),
  o.plan ? el("p", `安排:${o.plan}`) : "",
  o.returnAsked ? el("p", `已申请退回:${o.returnAsked}`) : "",
]);

open({
  document: "/me.graphql",
  query: "Mine",
  variables: {},
  empty: "现在没有等您答复或正在办理的事项。",
  sections: (d) => [
    section("请您答复的匹配", d.proposed, match),
    section("待接的单", d.offered, offered),
    section("已接单", d.accepted, atWork),
    section("协商中", d.consulting, atWork),
    section("已安排", d.planned, atWork),
    section("办理中", d.executing, atWork),
  ],
});
