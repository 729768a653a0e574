// Compiles only if no body of any answer is, or anywhere holds, `any` or `unknown`.
import type { paths } from "./generated/api.js";

type IsAny<T> = 0 extends 1 & T ? true : false;

// A type that holds itself (a package in a package) is looked into so deep: all of it is seen before.
type Deepest = 12;

type Untyped<T, Above extends 0[] = []> =
  IsAny<T> extends true
    ? true
    : unknown extends T
      ? true
      : Above["length"] extends Deepest
        ? false
        : T extends readonly (infer Item)[]
          ? Untyped<Item, [...Above, 0]>
          : T extends object
            ? { [Key in keyof T]-?: Untyped<T[Key], [...Above, 0]> }[keyof T]
            : false;

type Body<Answer> = Answer extends { content: infer Content } ? Content[keyof Content] : never;

type UntypedOf<Path> = Path extends { get: { responses: infer Answers } }
  ? { [Status in keyof Answers]: Untyped<Body<Answers[Status]>> }[keyof Answers]
  : never;

type Never<T> = [T] extends [never] ? true : false;

// FHIR's resources have their own types: @types/fhir.
type Own = Exclude<keyof paths, `/fhir/${string}`>;

// No path has an untyped body ...
export const everyBodyIsTyped: Never<
  Extract<{ [Path in Own]: UntypedOf<paths[Path]> }[Own], true>
> = true;

// ... the check has seen bodies ...
export const bodiesWereSeen: Never<
  Extract<{ [Path in keyof paths]: UntypedOf<paths[Path]> }[keyof paths], false>
> = false;

// ... and would have found one that is not.
type Planted<T> = { get: { responses: { 200: { content: { "application/json": T } } } } };
export const found: [
  Never<Extract<UntypedOf<Planted<{ a: { b: unknown }[] }>>, true>>,
  Never<Extract<UntypedOf<Planted<{ [key: string]: any }>>, true>>,
  Never<Extract<UntypedOf<Planted<unknown>>, true>>,
  Never<Extract<UntypedOf<Planted<{ a: string | null }>>, true>>,
] = [false, false, false, true];
