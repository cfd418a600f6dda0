/** Louder than this was no noise but a steady sound. */
const loudest = 32768 * 10 ** (-50 / 20);
const windowFrames = 100;

/** Fills silence with noise as loud as the quietest 20 ms of the last 2–4 s, so that a pause does not sound like a fault. */
export class ComfortNoise {
  #quietest = Infinity;
  #previousQuietest = Infinity;
  #frames = 0;
  #announced: number | undefined;
  #random = 22_222;

  heard(pcm: Int16Array, samples: number): void {
    this.#announced = undefined;
    let energy = 0;
    for (let i = 0; i < samples; i++) energy += (pcm[i] as number) ** 2;
    this.#quietest = Math.min(this.#quietest, Math.sqrt(energy / Math.max(1, samples)));
    if (++this.#frames < windowFrames) return;
    this.#frames = 0;
    this.#previousQuietest = this.#quietest;
    this.#quietest = Infinity;
  }

  /** A noise packet's level (RFC 3389 §3): 0–127, in −dBov. */
  announced(level: number): void {
    this.#announced = 32768 * 10 ** (-(level & 127) / 20);
  }

  fill(out: Int16Array, samples: number): void {
    const measured = Math.min(this.#quietest, this.#previousQuietest);
    const level = Math.min(loudest, this.#announced ?? (measured === Infinity ? 0 : measured));
    // Uniform noise of amplitude a has the root mean square a/√3.
    const amplitude = level * Math.sqrt(3);
    for (let i = 0; i < samples; i++) {
      this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) | 0;
      out[i] = Math.round((this.#random / 0x8000_0000) * amplitude);
    }
  }
}
