/** The eleven basic colour terms of English (Berlin and Kay 1969). */
export const colourNames = [
  "black",
  "white",
  "gray",
  "red",
  "orange",
  "yellow",
  "green",
  "blue",
  "purple",
  "pink",
  "brown",
] as const;
export type ColourName = (typeof colourNames)[number];

/**
 * The basic colour term for an 8-bit colour, by hue, saturation and value: boundaries drawn by hand, good for calling
 * a strawberry red, not for colour science.
 */
export function nameColour(red: number, green: number, blue: number): ColourName {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  const value = most / 255;
  const saturation = most === 0 ? 0 : spread / most;
  if (value < 0.2) return "black";
  const pale = value > 0.78 && saturation < 0.28;
  if (pale || saturation < 0.16 || spread < 36) return value > 0.78 ? "white" : value < 0.28 ? "black" : "gray";
  const hue = hueOf(red, green, blue, most, spread);
  if (hue < 14 || hue >= 345) return saturation < 0.55 && value > 0.7 ? "pink" : value < 0.4 ? "brown" : "red";
  if (hue < 42) return value < 0.68 || saturation < 0.55 ? "brown" : "orange";
  if (hue < 68) return value < 0.5 ? "brown" : "yellow";
  if (hue < 165) return "green";
  if (hue < 255) return "blue";
  if (hue < 295) return "purple";
  return value > 0.7 ? "pink" : "purple";
}

/** Degrees, 0 … 360, 0 for red. */
function hueOf(red: number, green: number, blue: number, most: number, spread: number): number {
  const sixth =
    most === red ? (green - blue) / spread : most === green ? 2 + (blue - red) / spread : 4 + (red - green) / spread;
  return (sixth * 60 + 360) % 360;
}
