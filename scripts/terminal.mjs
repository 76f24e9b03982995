// Records the test client in a terminal as an animation: it signs in and asks a question in words, then the doctor
// examines the server. It shows the program's own output and colours, from both streams.
import { Computer } from "../tests/support/computer.ts";
import { animated } from "./animation.mjs";

const LINES = 26;
const AT_ONCE = 9;
const styles = `
  body { margin: 0; background: #17151f; color: #e4e2ec; font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace }
  pre { margin: 14px 16px; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
  .b { font-weight: 700 } .d { opacity: .65 } .c31 { color: #ff8a80 } .c32 { color: #7ee2a8 } .c33 { color: #f3c969 }
  .c34 { color: #9db4ff } .c35 { color: #d3a6ff } .c36 { color: #7fd7e6 }`;

export async function recordTerminal(browser, worker) {
  using computer = new Computer();
  const context = await browser.newContext({ viewport: { width: 1010, height: 530 } });
  const page = await context.newPage();
  await page.setContent(`<style>${styles}</style><pre></pre>`);
  const frames = [];
  const shown = [];
  const show = async (ms) => {
    const html = shown.slice(-LINES).map(marked).join("\n");
    await page.locator("pre").evaluate((pre, text) => void (pre.innerHTML = text), html);
    frames.push({ png: await page.screenshot(), ms });
  };
  const run = async (command, args, pause) => {
    shown.push("\x1b[1m$\x1b[0m ");
    for (let end = 0; end <= command.length; end += 3) {
      shown[shown.length - 1] = `\x1b[1m$\x1b[0m ${command.slice(0, end + 3)}▏`;
      await show(60);
    }
    shown[shown.length - 1] = `\x1b[1m$\x1b[0m ${command}`;
    await show(500);
    const env = { NO_COLOR: "", CLICOLOR_FORCE: "1", COLUMNS: "104" };
    const { status, stdout, stderr } = await computer.run(args, { env });
    if (status !== 0) throw new Error(`${command}: status ${status}\n${stderr}${stdout}`);
    const lines = `${stderr}${stdout}`.trimEnd().split("\n");
    // A scrolled screen is a completely new picture, so not every line gets one.
    for (let at = 0; at < lines.length; at += AT_ONCE) {
      shown.push(...lines.slice(at, at + AT_ONCE));
      await show(450);
    }
    shown.push("");
    await show(pause);
  };

  const host = ["--mcp-host", worker.origin];
  shown.push("\x1b[2m# A tool of an MCP server, after a sign-in in the browser\x1b[0m");
  await show(700);
  await run('mcp-test-client --tool find_projects --args \'{"organizationSlug":"lighthouse-books"}\'',
    [...host, "--no-browser", "--tool", "find_projects", "--args", '{"organizationSlug":"lighthouse-books"}'], 3000);
  shown.push("\x1b[2m# The doctor of any server's sign-in\x1b[0m");
  await run("mcp-test-client doctor localhost:8788/mcp --register", ["doctor", `${worker.origin}/mcp`, "--register"], 4500);
  await context.close();
  return animated(frames);
}

/** A line of HTML in which SGR sequences become classes, and all other markup is escaped. */
function marked(line) {
  let classes = [];
  return line
    .split(/(\x1b\[[0-9;]*m)/)
    .map((part) => {
      const code = /^\x1b\[([0-9;]*)m$/.exec(part);
      if (!code) {
        const text = part.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
        return classes.length > 0 ? `<span class="${classes.join(" ")}">${text}</span>` : text;
      }
      for (const number of code[1].split(";").map(Number)) {
        if (number === 0) classes = [];
        else if (number === 1) classes.push("b");
        else if (number === 2) classes.push("d");
        else if (number >= 30 && number <= 37) classes.push(`c${number}`);
        else if (number >= 90 && number <= 97) classes.push(`c${number - 60}`);
      }
      return "";
    })
    .join("");
}
