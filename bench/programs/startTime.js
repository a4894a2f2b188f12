/** How long the start of a task takes, in milliseconds: the quickest that Skyvern 1.0.56 was seen to do it, on loopback and idle. */
export const START_MS = 25;
