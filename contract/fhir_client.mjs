// What systems do that read FHIR, by two clients that others wrote: they read what the server says it
// can do, ask for each of those things and for others, and follow `next` to the end of every list.
// `node fhir_client.mjs URL` prints each resource, a line each.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Client } from "fhir-kit-client";

const fhirclient = createRequire(import.meta.url)("fhirclient");
const baseUrl = process.argv[2];
assert.ok(baseUrl, "The address of the server is missing.");
const kit = new Client({ baseUrl });
const smart = fhirclient({ headers: {} }, {}).client(baseUrl);

const OTHERS = ["date", "name", "url", "_lastUpdated", "_include", "_sort", "code:text", "limit"];

// The value by which a resource must be found, as its own elements give it.
const VALUES = {
  _id: (resource) => resource.id,
  status: () => "active",
  type: (resource) => resource.type,
  subject: (resource) => resource.subject[0].reference,
  code: (resource) => token(resource.code.coding?.[0]),
  identifier: (resource) => token(resource.identifier?.[0]),
  context: (resource) => resource.useContext.map((each) => token(each.valueCodeableConcept.coding?.[0])).find(Boolean),
};

function token(of) {
  return of && `${of.system}|${of.code ?? of.value}`;
}

function resources(bundle) {
  return (bundle.entry ?? []).filter((each) => each.search.mode === "match").map((each) => each.resource);
}

async function status(asked) {
  return asked.then(() => 200, (error) => error.response?.status ?? error.status);
}

const statement = await kit.capabilityStatement();
assert.equal(statement.resourceType, "CapabilityStatement");
assert.equal(await smart.getFhirVersion(), statement.fhirVersion);
console.log(JSON.stringify(statement));

for (const { type, searchParam } of statement.rest[0].resource) {
  let bundle = await kit.search({ resourceType: type, searchParams: { _count: 1 } });
  const found = [];
  while (bundle) {
    assert.ok((bundle.entry ?? []).length <= 1);
    found.push(...resources(bundle));
    bundle = await kit.nextPage({ bundle });
  }
  const { total } = await kit.search({ resourceType: type, searchParams: { _summary: "count" } });
  assert.equal(found.length, total, `${type}: ${found.length} of ${total}`);
  assert.equal(new Set(found.map((each) => each.id)).size, total);

  const same = await smart.request(`${type}?_count=3`, { pageLimit: 0, flat: true });
  assert.deepEqual(same, found);

  for (const resource of found) {
    assert.deepEqual(await kit.read({ resourceType: type, id: resource.id }), resource);
    for (const { name } of searchParam) {
      const value = VALUES[name](resource);
      if (value === undefined) continue;
      const left = await kit.search({ resourceType: type, searchParams: { [name]: value, _count: 100 } });
      assert.ok(resources(left).some((each) => each.id === resource.id), `${type}?${name}=${value}`);
      const posted = await kit.search({
        resourceType: type,
        searchParams: { [name]: value, _count: 100 },
        options: { postSearch: true },
      });
      assert.deepEqual(resources(posted), resources(left));
    }
    console.log(JSON.stringify(resource));
  }
  for (const name of OTHERS) {
    const asked = kit.search({ resourceType: type, searchParams: { [name]: "1" } });
    assert.equal(await status(asked), 400, `${type}?${name}=1`);
  }
  const lenient = { headers: { prefer: "handling=lenient" } };
  const ignored = await kit.search({ resourceType: type, searchParams: { _sort: "1" }, options: lenient });
  assert.equal(ignored.total, total);
  assert.equal(await status(kit.read({ resourceType: type, id: "nothing" })), 404);
}
assert.equal(await status(kit.read({ resourceType: "Patient", id: "1" })), 404);
