// Markdown of models and tools as elements. marked only reads it; nothing is ever parsed as HTML: tags are shown as the
// text that they are, images are not loaded, and links lead to Sentry or nowhere.
import type { MarkedToken, Token, Tokens } from "marked";
import type { ComponentChildren, VNode } from "preact";
import { useMemo } from "preact/hooks";
import { CopyButton } from "./copy.tsx";
import { folded } from "./folded.ts";
import { type Piece, highlight } from "./highlight.ts";
import { inSight, sentryLink } from "./links.ts";
import { readable, revealed } from "./plain.ts";
import { DEEPEST, read } from "./reader.ts";

interface Context {
  sentry: string | undefined;
  depth: number;
}

export interface MarkdownProps {
  text: string;
  /** Whose links are links. */
  sentry: string | undefined;
}

export function Markdown({ text, sentry }: MarkdownProps): VNode {
  // The same elements as before are not even looked at again, which counts while an answer grows below long results.
  return useMemo(() => {
    // Before it is read, so that no part of it can be forgotten: what is drawn, and what "Copy code" copies.
    const plain = readable(text);
    const tokens = read(plain);
    return <div class="prose">{tokens ? all(tokens, { sentry, depth: 0 }) : <pre>{plain}</pre>}</div>;
  }, [text, sentry]);
}

const all = (tokens: Token[] | undefined, context: Context): ComponentChildren =>
  tokens?.map((token) => one(token as MarkedToken, { ...context, depth: context.depth + 1 }));

function one(token: MarkedToken, context: Context): ComponentChildren {
  if (context.depth > DEEPEST) return token.raw;
  const inner = () => all("tokens" in token ? token.tokens : undefined, context);
  switch (token.type) {
    case "heading": {
      // Below the heading of the chat, which is an h2.
      const Heading = (["h3", "h4", "h5"] as const)[token.depth - 1] ?? "h6";
      return <Heading>{inner()}</Heading>;
    }
    case "paragraph":
      return <p>{inner()}</p>;
    case "blockquote":
      return <blockquote>{inner()}</blockquote>;
    case "list":
      return list(token, context);
    case "code":
      return <Code code={token.text} language={token.lang} />;
    case "table":
      return table(token, context);
    case "hr":
      return <hr />;
    case "br":
      return <br />;
    case "strong":
      return <strong>{inner()}</strong>;
    case "em":
      return <em>{inner()}</em>;
    case "del":
      return <del>{inner()}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "link":
      return link(token, inner(), context);
    case "image":
      return <>{token.text} <Address>({revealed(token.href)})</Address></>;
    case "checkbox":
      return <input type="checkbox" checked={token.checked} disabled aria-label={token.checked ? "done" : "open"} />;
    case "text":
      return token.tokens ? inner() : token.text;
    case "escape":
      return token.text;
    case "html":
      return token.raw;
    case "space":
    case "def":
      return null;
    default:
      return (token as Token).raw;
  }
}

function list({ ordered, start, items }: Tokens.List, context: Context): VNode {
  const content = items.map((item) => <li>{all(item.tokens, context)}</li>);
  return ordered ? <ol start={start === "" ? undefined : start}>{content}</ol> : <ul>{content}</ul>;
}

function table({ header, rows }: Tokens.Table, context: Context): VNode {
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>{header.map((cell) => <th>{all(cell.tokens, context)}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => <tr>{row.map((cell) => <td>{all(cell.tokens, context)}</td>)}</tr>)}
        </tbody>
      </table>
    </div>
  );
}

function link({ href, text }: Tokens.Link, inner: ComponentChildren, { sentry }: Context): ComponentChildren {
  const address = sentryLink(href, sentry);
  const shown = revealed(href);
  // The address itself, so that a text cannot pass for another.
  // Nor is a mail address there twice.
  if (!address) return text === href || `mailto:${text}` === href ? <Address>{shown}</Address> : <>{inner} <Address>({shown})</Address></>;
  const isAddress = [href, address, inSight(address)].includes(text);
  return (
    <>
      <a href={address} target="_blank" rel="noopener noreferrer">{isAddress ? <Address>{inSight(address)}</Address> : inner}</a>
      {!isAddress && <> <Address quiet>({inSight(address)})</Address></>}
    </>
  );
}

/** By itself, so that no text around it changes the order of its signs. */
function Address({ quiet, children }: { quiet?: boolean; children: ComponentChildren }): VNode {
  return <bdi dir="ltr" class={quiet ? "address-of quiet" : undefined}>{children}</bdi>;
}

export function Code({ code, language }: { code: string; language?: string }): VNode {
  const parts = useMemo(() => folded(code), [code]);
  return (
    <div class="code">
      {parts.length === 1 ? <Lines code={code} language={language} /> : parts.map(({ text, calls }) => (calls ? <Folded text={text} calls={calls} /> : <Lines code={text} language={language} />))}
      <CopyButton text={code} what="code" />
    </div>
  );
}

function Lines({ code, language }: { code: string; language?: string }): VNode {
  const pieces = useMemo(() => highlight(code, language), [code, language]);
  return (
    <pre tabIndex={0}>
      <code>{pieces.map(colored)}</code>
    </pre>
  );
}

/** Calls within libraries, which are seldom where the mistake is. */
function Folded({ text, calls }: { text: string; calls: number }): VNode {
  return (
    <details class="folded">
      <summary>{calls} calls in libraries</summary>
      <pre tabIndex={0}><code>{text}</code></pre>
    </details>
  );
}

const colored = ({ text, kind }: Piece): ComponentChildren => (kind ? <span class={`is-${kind}`}>{text}</span> : text);
