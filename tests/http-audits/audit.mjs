// All server audits of graphql-http, as a stranger and with a bearer token: node audit.mjs URL [TOKEN]
import { serverAudits } from "graphql-http";

const [url, token] = process.argv.slice(2);
let failed = 0;
for (const bearer of token ? [null, token] : [null]) {
  const headers = bearer ? { authorization: `Bearer ${bearer}` } : {};
  const fetchFn = (input, init = {}) =>
    fetch(input, { ...init, headers: { ...headers, ...Object.fromEntries(new Headers(init.headers)) } });
  const audits = serverAudits({ url, fetchFn });
  let passed = 0;
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status === "ok") {
      passed += 1;
    } else {
      failed += 1;
      console.error(`${result.status}: ${result.name}: ${result.reason}`);
    }
    await result.response?.body?.cancel?.().catch(() => {});
  }
  console.log(`${bearer ? "bearer" : "anonymous"}: ${passed} of ${audits.length} passed`);
}
process.exit(failed ? 1 : 0);
