// Which addresses are links. Text of tools and models is data that strangers have a part in: only Sentry's own pages may
// be reached from it by a click.

/** The address of a page of that Sentry; undefined for everything else. */
export function sentryLink(href: string, sentry: string | undefined): string | undefined {
  const [url, own] = [parsed(href), parsed(sentry ?? "")];
  if (!url || !own || url.username || url.password) return undefined;
  if (!["https:", "http:"].includes(url.protocol)) return undefined;
  // At sentry.io each organization has a host of its own.
  const ofOrganization = own.origin === "https://sentry.io" && url.protocol === "https:" && url.port === "" && url.hostname.endsWith(".sentry.io");
  return url.origin === own.origin || ofOrganization ? url.href : undefined;
}

function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}
