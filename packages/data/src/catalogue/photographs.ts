import type { Photograph } from "../pack/photograph.ts";

type Corner = readonly [left: number, top: number, right: number, bottom: number];

const shown: readonly (readonly [file: string, things: readonly (readonly [noun: string, box: Corner])[]])[] = [
  [
    "dog.jpg",
    [
      ["truck", [315, 73, 456, 147]],
      ["bicycle", [74, 111, 376, 395]],
      ["dog", [83, 185, 208, 482]],
    ],
  ],
  ["eagle.jpg", [["eagle", [86, 85, 408, 444]]]],
  [
    "giraffe.jpg",
    [
      ["zebra", [314, 209, 433, 459]],
      ["giraffe", [166, 26, 464, 454]],
    ],
  ],
  [
    "horses.jpg",
    [
      ["horse", [287, 209, 399, 346]],
      ["horse", [0, 188, 209, 413]],
      ["horse", [160, 192, 289, 370]],
    ],
  ],
  [
    "kite.jpg",
    [
      ["kite", [223, 45, 253, 88]],
      ["kite", [104, 133, 116, 159]],
      ["person", [80, 395, 104, 483]],
      ["person", [41, 348, 62, 430]],
    ],
  ],
  [
    "person.jpg",
    [
      ["person", [150, 135, 221, 453]],
      ["dog", [54, 319, 161, 420]],
      ["horse", [318, 164, 482, 413]],
    ],
  ],
];

/**
 * The natural photographs. Boxes are those that CenterNet itself finds, in pixels of the picture stretched to
 * 512×512, checked by eye and named by hand; small things of the beach are left out.
 */
export const photographs: readonly Photograph[] = shown.map(([file, things]) => ({
  file,
  things: things.map(([noun, [left, top, right, bottom]]) => ({ noun, box: { left, top, right, bottom } })),
}));
