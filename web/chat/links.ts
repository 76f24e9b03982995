// Which addresses are links. Text of tools and models is data that strangers have a part in, and what an address holds
// reaches whoever owns its host: so only pages of Sentry's own web interface may be reached by a click, at hosts that keep
// nothing of an address for a stranger to read, and with parameters that such pages have. docs/adr/0079.

/** The longest address, and the longest query in one. */
const LONGEST = 2_000;
const LONGEST_QUERY = 1_500;

/** Pages of an organization, by the first part of their paths. */
const PAGES =
  /^(alerts|crons|dashboards?|discover|explore|feedback|insights|issues|monitors|performance|preprod|profiling|projects|releases|replays|stats|teams|traces)$/;
/** Of the settings those of projects and teams: none that make a token or change an account. */
const SETTINGS = /^\/settings\/(?:[\w-]+\/)?(?:projects|teams)\//;

/** A part of a path: names, ids and versions, of which a release's may hold these signs encoded. */
const PART = /^(?:[\w.~:@+-]|%(?:20|2B|3A|40))+$/i;

/** What such pages are told by their addresses; others might hand on what a stranger wants to know. */
const PARAMETERS = new Set(
  "aggregateField dataset display end environment field groupBy interval logsFields logsQuery logsSortBys mode node project query referrer sort start statsPeriod table timestamp utc visualize yAxis".split(" "),
);

/** Names below sentry.io that are no organization's. */
const RESERVED = new Set(
  "about accounts api app auth blog browser cdn changelog de develop docs eu events forum go help ingest js links mcp open relay sandbox static status try us vanguard www".split(" "),
);

/** The address of a page of that Sentry; undefined for everything else. */
export function sentryLink(href: string, sentry: string | undefined): string | undefined {
  const [url, own] = [parsed(href), parsed(sentry ?? "")];
  if (!url || !own || href.length > LONGEST || url.href.length > LONGEST || url.username || url.password) return undefined;
  if (!["https:", "http:"].includes(url.protocol)) return undefined;
  if (url.origin !== own.origin && !(own.origin === "https://sentry.io" && isOrganization(url))) return undefined;
  return isPage(url.pathname) && isKnown(url) ? url.href : undefined;
}

/** At sentry.io each organization has a host of its own. Its slug is no number, which hosts that take events begin with. */
function isOrganization({ protocol, port, hostname }: URL): boolean {
  const [, slug] = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.sentry\.io$/.exec(hostname) ?? [];
  return protocol === "https:" && port === "" && slug !== undefined && !RESERVED.has(slug) && !/^o?\d+$/.test(slug);
}

function isPage(pathname: string): boolean {
  const path = pathname.replace(/^\/organizations\/[\w-]+(?=\/|$)/, "") || "/";
  if (path === "/") return true;
  const [, first = "", ...rest] = path.split("/");
  if (![first, ...rest].every((part, n, all) => PART.test(part) || (part === "" && n === all.length - 1))) return false;
  return PAGES.test(first) || SETTINGS.test(path.endsWith("/") ? path : `${path}/`);
}

function isKnown({ search, searchParams, hash }: URL): boolean {
  return search.length <= LONGEST_QUERY && [...searchParams.keys()].every((name) => PARAMETERS.has(name)) && /^(#[\w:.-]{1,100})?$/.test(hash);
}

/** An address as it stands beside the words of its link. */
export const inSight = (address: string): string => address.replace(/^https:\/\//, "");

function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}
