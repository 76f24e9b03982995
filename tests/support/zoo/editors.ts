// Clients that live in editors.
import { ALL, BOTH, DEVICE, type Animal } from "./animal.ts";

export const editors: Animal[] = [
  {
    name: "Cursor",
    registers: {
      client_name: "Cursor",
      redirect_uris: [
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
      ],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "Cursor, older, with the server's name in its path",
    registers: {
      client_name: "Cursor",
      redirect_uris: ["cursor://anysphere.cursor-retrieval/oauth/user-sentry/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "Cursor Agents (web)",
    registers: {
      client_name: "Cursor",
      redirect_uris: ["https://www.cursor.com/agents/mcp/oauth/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "VS Code, by document",
    document: {
      application_type: "native",
      client_id: "https://vscode.dev/oauth/client-metadata.json",
      client_name: "Visual Studio Code",
      client_uri: "https://vscode.dev/product",
      grant_types: [...BOTH, DEVICE],
      response_types: ["code"],
      redirect_uris: ["https://vscode.dev/redirect", "http://127.0.0.1:33418/"],
      token_endpoint_auth_method: "none",
    },
    redirectUri: "http://127.0.0.1:59656/",
    asks: { scope: ALL },
  },
  {
    name: "VS Code, registering",
    registers: {
      client_name: "Visual Studio Code",
      client_uri: "https://code.visualstudio.com",
      grant_types: [...BOTH, DEVICE],
      response_types: ["code"],
      redirect_uris: ["https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect", "http://127.0.0.1/", "http://127.0.0.1:33418/"],
      scope: ALL,
      token_endpoint_auth_method: "none",
      application_type: "native",
    },
    redirectUri: "http://127.0.0.1:33418/",
    asks: { scope: ALL },
    noResource: true,
  },
  {
    name: "VS Code, called back through its redirect page, with its own scheme in the state",
    document: {
      application_type: "native",
      client_id: "https://vscode.dev/oauth/client-metadata.json",
      client_name: "Visual Studio Code",
      client_uri: "https://vscode.dev/product",
      grant_types: [...BOTH, DEVICE],
      response_types: ["code"],
      redirect_uris: ["https://vscode.dev/redirect", "http://127.0.0.1:33418/"],
      token_endpoint_auth_method: "none",
    },
    asks: { scope: ALL, state: "vscode://dynamicauthprovider/mcp.example.com/authorize?nonce%3Dey%2FlnTwSm9FUcQN%26windowId%3D4" },
  },
  {
    name: "VS Code, an extension of it, by the editor's scheme",
    registers: {
      client_name: "Visual Studio Code",
      redirect_uris: ["vscode://vscode.github-authentication/did-authenticate", "vscode-insiders://vscode.github-authentication/did-authenticate"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "VS Code on the web, registering",
    registers: {
      client_name: "Visual Studio Code",
      client_uri: "https://code.visualstudio.com",
      grant_types: BOTH,
      response_types: ["code"],
      redirect_uris: ["https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect", "http://localhost/", "http://127.0.0.1/"],
      token_endpoint_auth_method: "none",
      application_type: "native",
    },
    redirectUri: "https://vscode.dev/redirect",
  },
  {
    name: "Windsurf, on this computer",
    registers: {
      client_name: "Windsurf",
      redirect_uris: ["http://127.0.0.1:6277/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    redirectUri: "http://127.0.0.1:52713/callback",
  },
  {
    name: "Windsurf, by its own scheme",
    registers: {
      client_name: "Windsurf",
      redirect_uris: ["windsurf://codeium.windsurf/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
  },
  {
    name: "Zed, by document",
    document: {
      client_id: "https://zed.dev/oauth/client-metadata.json",
      client_name: "Zed",
      redirect_uris: ["http://127.0.0.1/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    redirectUri: "http://127.0.0.1:52844/callback",
    asks: { scope: ALL },
  },
  {
    name: "Zed, registering",
    registers: {
      client_name: "Zed",
      redirect_uris: ["http://127.0.0.1:52844/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      scope: ALL,
    },
    asks: { scope: ALL },
  },
  {
    name: "Roo Code, with a scope of its own in its registration",
    registers: {
      client_name: "Roo Code",
      redirect_uris: ["http://localhost:49317/callback"],
      grant_types: BOTH,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      scope: "mcp",
    },
    // What its SDK takes from the challenge comes before what it registered.
    asks: { scope: ALL },
  },
];
