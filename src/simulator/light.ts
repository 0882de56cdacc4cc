import { type Box, mix, type Surface } from './surface.ts';

/**
 * The lamps above an inspection station. A ring light shows as a bright band in whatever mirrors it, which is
 * what makes metal and solder look like metal and solder.
 */
export type Light = {
  /** Even light from all around. */
  ambient: number;
  /** Strength of the lamp at the upper left. */
  key: number;
  /** Strength of the ring light's reflection. */
  ring: number;
  /** Where a mirror must point to show the ring: sine of the reflected ray's angle, 0..1. */
  ringAt: number;
  /** How unevenly the ring shines, 0 even .. 1 only from the upper left. */
  ringBias: number;
};

const keyDirection = { x: -0.5, y: -0.62, z: 0.605 };

/**
 * The linear light each pixel of the surface sends to the camera above it (three values a pixel), computed
 * within `box` and written into `into`: Lambert's law for the matte share and a blurred reflection of the ring
 * light for the glossy one.
 */
export function illuminate(surface: Surface, light: Light, into: Float32Array, box: Box): void {
  const { width, height, relief, color, gloss, roughness, metal } = surface;
  for (let y = box.top; y < box.bottom; y += 1) {
    const above = y === 0 ? 0 : -width;
    const below = y === height - 1 ? 0 : width;
    for (let x = box.left; x < box.right; x += 1) {
      const index = y * width + x;
      const slopeX = (relief[index + (x === width - 1 ? 0 : 1)]! - relief[index - (x === 0 ? 0 : 1)]!) / 2;
      const slopeY = (relief[index + below]! - relief[index + above]!) / 2;
      const steep = 1 / Math.sqrt(1 + slopeX * slopeX + slopeY * slopeY);
      const facing = -(slopeX * keyDirection.x + slopeY * keyDirection.y) + keyDirection.z;
      const matte = light.ambient * (0.6 + 0.4 * steep) + light.key * Math.max(0, facing * steep);
      const mirror = gloss[index]! * reflection(light, slopeX, slopeY, steep, roughness[index]!);
      const dull = 1 - 0.72 * metal[index]!;
      for (let channel = 0; channel < 3; channel += 1) {
        const own = color[index * 3 + channel]!;
        into[index * 3 + channel] = own * matte * dull + mirror * mix(1, own, metal[index]!);
      }
    }
  }
}

/** What a mirror of this slope sees, blurred by its roughness: the lamps, or below the horizon the dim table. */
function reflection(light: Light, slopeX: number, slopeY: number, steep: number, roughness: number): number {
  if (steep * steep < 0.5) return light.ambient * (0.04 + 0.55 * (1 - 2 * steep * steep));
  const rayX = -2 * steep * steep * slopeX;
  const rayY = -2 * steep * steep * slopeY;
  const tilt = Math.sqrt(rayX * rayX + rayY * rayY);
  const towardsKey = tilt === 0 ? 0 : (rayX * keyDirection.x + rayY * keyDirection.y) / (tilt * 0.8);
  const ringWidth = 0.09 + 0.75 * roughness;
  const offRing = (tilt - light.ringAt) / ringWidth;
  const lamp = light.ring * (1 + light.ringBias * towardsKey) * Math.exp(-offRing * offRing);
  const room = 0.22 * light.ambient * (1 - roughness) * (1 - tilt * 0.6);
  return lamp * (0.09 / ringWidth) ** 0.55 + room;
}
