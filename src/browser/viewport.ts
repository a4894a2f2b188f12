/** Size of every page, in CSS pixels. */
export const VIEWPORT = { width: 1280, height: 720 };
