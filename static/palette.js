// The seven expressions in their order, and the color of each: the server's, the same as in the picture.

export const COLORS = JSON.parse(document.documentElement.dataset.colors);
export const EMOTIONS = Object.keys(COLORS);
// Lines are also told apart by how they are dashed (SVG's and canvas' patterns, in pixels).
export const DASHES = { angry: [], disgust: [10, 4], fear: [2, 3], happy: [], sad: [10, 3, 2, 3], surprise: [5, 4], neutral: [1, 5] };
export const WIDTHS = { angry: 2, disgust: 2, fear: 2.5, happy: 3.5, sad: 2, surprise: 2, neutral: 2.5 };

for (const emotion of EMOTIONS) document.documentElement.style.setProperty(`--emotion-${emotion}`, COLORS[emotion]);
