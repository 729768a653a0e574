// What a frontend does with the API, by types made from its document; run against a server.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/api.js";

type Warning = components["schemas"]["Warning"];
type Problem = components["schemas"]["Problem"];

const baseUrl = process.argv[2];
assert.ok(baseUrl, "The address of the server is missing.");
const api = createClient<paths, "application/json" | "application/problem+json">({ baseUrl });

function shown(warning: Warning): string {
  const severity = warning.severity ?? "no severity given";
  const consequences = warning.consequences.map((consequence) => consequence.toUpperCase());
  const words = warning.citations.map((citation) => `${citation.source.title}, ${citation.locator}`);
  const section = warning.section === null ? "" : ` (${warning.section.name})`;
  return `${warning.statement}${section} [${severity}] ${consequences.join()} — ${words.join("; ")}`;
}

function told(problem: Problem): string {
  return problem.errors.map((error) => `${error.parameter}: ${error.detail}`).join() || problem.detail;
}

// A drug's page: the record, with what was asked for.
const { data: drug, response } = await api.GET("/v1/drugs/{drug_id}", {
  params: { path: { drug_id: "baclofen" }, query: { include: "indications,warnings,trials" } },
});
assert.ok(drug);
const brands = drug.names.filter((name) => name.type === "brand").map((name) => name.name);
assert.ok(brands.includes("Lioresal"));
assert.ok(drug.warnings?.map(shown).some((text) => text.includes("SEIZURES")));
const against = drug.indications?.filter((indication) => indication.status === "not_effective");
assert.equal(against?.[0]?.condition?.id, "rheumatic-disorders");
assert.equal(drug.coverage.warnings.status, "partial");
assert.equal(drug.mechanisms, undefined);
for (const trial of drug.trials ?? []) {
  for (const outcome of trial.outcomes) {
    const oddsRatio = outcome.derived?.odds_ratio;
    assert.ok(oddsRatio === undefined || oddsRatio === null || oddsRatio > 0);
  }
}

// Shown again: the same bytes, or none at all.
const etag = response.headers.get("etag");
assert.ok(etag);
const again = await api.GET("/v1/drugs/{drug_id}", {
  params: { path: { drug_id: "baclofen" }, query: { include: "indications,warnings,trials" } },
  headers: { "If-None-Match": etag },
  parseAs: "text",
});
assert.equal(again.response.status, 304);

// All pages of a list.
const seen: string[] = [];
let cursor: string | undefined;
do {
  const { data: page, error } = await api.GET("/v1/warnings", {
    params: { query: { limit: 1, drug: "baclofen", sort: "id", ...(cursor ? { cursor } : {}) } },
  });
  assert.ok(page, error && told(error));
  seen.push(...page.items.map((warning) => warning.id));
  assert.ok(seen.length <= page.total);
  cursor = page.next === null ? undefined : (new URL(page.next, baseUrl).searchParams.get("cursor") ?? "");
} while (cursor !== undefined);
assert.equal(new Set(seen).size, 4);

// What is not there, and what cannot be asked.
const unknown = await api.GET("/v1/drugs/{drug_id}", { params: { path: { drug_id: "baclofin" } } });
assert.equal(unknown.data, undefined);
assert.equal(unknown.error?.status, 404);
assert.match(told(unknown.error), /There is no drug 'baclofin'/);
const refused = await api.GET("/v1/warnings", { params: { query: { limit: 0 } } });
assert.ok(refused.error);
assert.match(told(refused.error), /^limit: Expected a whole number/);

console.log(`${brands.join(", ")}: ${seen.length} warnings`);
