import { Skyvern } from "skyvern-cli";

const skyvern = new Skyvern({
  apiKey: process.env.SKYVERN_API_KEY,
});

const run = await skyvern.getRun(
  "tsk_123",
// The sample:
// Pass as second argument to any method
{
  timeoutInSeconds: 120,
  maxRetries: 3,
  headers: { "x-custom-header": "value" },
},
);
console.log(run.status);
