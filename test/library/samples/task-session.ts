import { Skyvern } from "skyvern-cli";

const skyvern = new Skyvern({
  apiKey: process.env.SKYVERN_API_KEY,
});

// The sample:
const session = await skyvern.createBrowserSession({});
const result = await skyvern.runTask({
  body: {
    prompt: "Log in and download the latest invoice",
    url: "https://app.example.com/login",
    browser_session_id: session.browser_session_id,
  },
  waitForCompletion: true,
});
