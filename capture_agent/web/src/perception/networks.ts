/** The one place that knows how exported networks are run: LiteRT, compiled to WebAssembly. */

import { type CompiledModel, loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';

export interface Network {
  /** sides of the picture that it reads */
  side: number;
  /** every output of one run, in the file's order; valid until the next run */
  run(values: Float32Array): Promise<Float32Array[]>;
}

export interface RuntimeFiles {
  loader: string;
  wasm: string;
}

/** Load the runtime itself, once. */
export async function loadRuntime(files: RuntimeFiles): Promise<void> {
  // The loader asks this global where its WebAssembly lies: here it has another name.
  (self as unknown as { Module: object }).Module = {
    locateFile: () => files.wasm,
    // It tells its life there; what goes wrong is thrown as well.
    printErr: () => undefined,
  };
  await loadLiteRt(files.loader);
}

/** Prepare the network at `address`. */
export async function loadNetwork(address: string): Promise<Network> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answers ${response.status}`);
  const model = await loadAndCompile(new Uint8Array(await response.arrayBuffer()), {
    accelerator: 'wasm',
  });
  return new LiteRtNetwork(model);
}

class LiteRtNetwork implements Network {
  readonly side: number;
  private readonly shape: number[];

  constructor(private readonly model: CompiledModel) {
    this.shape = Array.from(model.getInputDetails()[0].shape);
    this.side = this.shape[1];
  }

  async run(values: Float32Array): Promise<Float32Array[]> {
    const input = new Tensor(values, this.shape);
    const outputs = await this.model.run([input]);
    input.delete();
    return outputs.map((output) => {
      const copied = Float32Array.from(output.toTypedArray() as Float32Array);
      output.delete();
      return copied;
    });
  }
}
