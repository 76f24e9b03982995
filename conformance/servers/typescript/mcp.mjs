// An MCP endpoint of the TypeScript SDK at /mcp, without sessions, with one tool.
import express from "express";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

export function serveMcp(app) {
  app.post("/mcp", express.json(), async (request, response) => {
    const server = new McpServer({ name: "greetings", version: "1.0.0" });
    server.registerTool("greet", { description: "Greets somebody." }, () => ({ content: [{ type: "text", text: "Hello." }] }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on("close", () => transport.close());
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
}
