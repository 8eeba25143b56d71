"use strict";
const $ = (id) => document.getElementById(id);
const year = new Date().getFullYear();
const examples = [
  ["已发布的清单(公众)", `query Lists($year: Int!) {
  workstations(first: 20) {
    totalCount
    nodes {
      code name kind district { name }
      dutyList(year: $year) {
        number title version status
        items(first: 5) { totalCount nodes { number title form quarter expectedResult members { name level } resources { title } score { total parts { rule points text } } } }
      }
    }
  }
}`, { year }],
  ["我是谁,能做什么", "{ viewer { role name workstationCount rights { action reach } } }", {}],
  ["本站待匹配的需求及原因", `query Needs($year: Int!) {
  needs(filter: { year: $year, status: OPEN }, first: 10) {
    totalCount
    nodes { id number title version urgency category { name } unservedReason { code text remedy } }
  }
}`, { year }],
  ["边输入边找资源", `query Typed($input: TypedNeedInput!) {
  candidatesForText(input: $input, first: 5, includeRefused: true) {
    quarter resource { number title member { name } } score { total parts { points text } } refusal { code message }
  }
}`, { input: { workstation: "XC-001", year, title: "想请律师讲讲合同" } }],
  ["方案与证明", `query Plan($year: Int!) {
  plan(year: $year) { certificate objective { urgentServed served score evenness } bound { urgentServed served score evenness } candidatePairs }
}`, { year }],
  ["统计", `query Board($year: Int!) {
  dashboard(year: $year) { workstations needs { status count } dutyLists { status count } unserved { code count } uncoveredAreas { name } }
}`, { year }],
  ["登记一项需求", `mutation Register($input: RegisterNeedInput!) {
  registerNeed(input: $input) { node { id number version status } errors { code message path } }
}`, { input: { workstationId: "workstation:…", year, need: { title: "楼道灯不亮", description: "三单元楼道灯坏了一个月。", source: "VISIT", households: 24 } } }],
];

examples.forEach(([name], i) => $("examples").add(new Option(name, i)));
const pick = (i) => {
  $("query").value = examples[i][1];
  $("variables").value = JSON.stringify(examples[i][2], null, 2);
};
$("examples").addEventListener("change", (e) => pick(e.target.value));
pick(0);

async function ask(query, variables) {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
  if ($("token").value.trim()) headers.authorization = "Bearer " + $("token").value.trim();
  return fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
}

async function run() {
  let variables;
  try {
    variables = JSON.parse($("variables").value || "{}");
  } catch (error) {
    $("result").textContent = "变量不是有效的 JSON:" + error.message;
    return;
  }
  $("state").textContent = "正在查询…";
  const start = performance.now();
  try {
    const answer = await ask($("query").value, variables);
    const body = await answer.json();
    const ms = Math.round(performance.now() - start);
    $("state").textContent = `${answer.status} · ${ms} 毫秒 · ${answer.headers.get("x-sql-statements")} 条 SQL`;
    $("result").textContent = JSON.stringify(body, null, 2);
  } catch (error) {
    $("state").textContent = "";
    $("result").textContent = "服务没有回答:" + error.message;
  }
}
$("run").addEventListener("click", run);
document.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) run();
});

const shown = (t) => (t.kind === "NON_NULL" ? shown(t.ofType) + "!" : t.kind === "LIST" ? "[" + shown(t.ofType) + "]" : t.name);
let entries = [];
function search() {
  const words = $("search").value.trim().toLowerCase();
  const found = entries.filter((e) => !words || e.key.includes(words)).slice(0, 200);
  $("fields").replaceChildren(...found.map((e) => {
    const item = document.createElement("li");
    const code = document.createElement("code");
    code.textContent = e.name;
    item.append(code, " " + e.type, document.createElement("br"), e.description);
    return item;
  }));
  if (!found.length) $("fields").textContent = "没有找到。";
}
$("search").addEventListener("input", search);
ask(`{ __schema { types { name kind description
  fields { name description type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
  inputFields { name description type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
  enumValues { name description } } } }`, {})
  .then((a) => a.json())
  .then((body) => {
    for (const t of body.data.__schema.types) {
      if (t.name.startsWith("__")) continue;
      const rows = [...(t.fields || []), ...(t.inputFields || []), ...(t.enumValues || [])];
      entries.push({ name: t.name, type: t.kind, description: t.description || "" });
      for (const f of rows) entries.push({ name: `${t.name}.${f.name}`, type: f.type ? shown(f.type) : "", description: f.description || "" });
    }
    for (const e of entries) e.key = (e.name + " " + e.type + " " + e.description).toLowerCase();
    search();
  })
  .catch(() => { $("fields").textContent = "读不到结构。"; });
