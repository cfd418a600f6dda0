import koffi from 'koffi';

/** Decodes a file with Xiph's libopusfile: samples at 48 kHz as the file promises them and as they come, and holes found. */
export interface Decoded {
  readonly promised: number;
  readonly decoded: number;
  readonly holes: number;
}

/** Undefined without the library. With CI=true it must be there. */
export function opusfile(): ((path: string) => Decoded) | undefined {
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load('libopusfile.so.0');
  } catch (cause) {
    if (process.env.CI === 'true') throw new Error('libopusfile is not installed', { cause });
    console.info('skipped: libopusfile is not installed (Debian package libopusfile0)');
    return undefined;
  }
  const open = library.func('void *op_open_file(const char *path, int *error)');
  const total = library.func('int64_t op_pcm_total(void *file, int link)');
  const read = library.func('int op_read(void *file, _Out_ int16_t *pcm, int size, int *link)');
  const free = library.func('void op_free(void *file)');
  return (path) => {
    const file = open(path, null);
    if (!file) throw new Error('libopusfile does not open it');
    const pcm = new Int16Array(5_760 * 2);
    let [decoded, holes] = [0, 0];
    for (;;) {
      const samples = Number(read(file, pcm, pcm.length, null));
      if (samples === 0) break;
      if (samples === -3) holes++;
      else if (samples < 0) throw new Error(`libopusfile: ${samples}`);
      else decoded += samples;
    }
    const promised = Number(total(file, -1));
    free(file);
    return { promised, decoded, holes };
  };
}
