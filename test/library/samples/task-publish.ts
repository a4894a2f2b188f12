import { Skyvern } from "skyvern-cli";

const skyvern = new Skyvern({
  apiKey: process.env.SKYVERN_API_KEY,
});

// The sample:
const result = await skyvern.runTask({
  body: {
    prompt: "Fill out the contact form with the provided data",
    url: "https://example.com/contact",
    publish_workflow: true,
  },
  waitForCompletion: true,
});
// The generated workflow is saved and can be re-triggered via runWorkflow
