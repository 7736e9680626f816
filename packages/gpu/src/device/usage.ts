/** Flags of WebGPU by number: Node has no global GPUBufferUsage, and none is made. */
export const bufferUsage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyDestination: 0x8,
  uniform: 0x40,
  storage: 0x80,
  queryResolve: 0x200,
} as const;

export const mapModeRead = 0x1;
export const computeStage = 0x4;
