/** Vectors in a file of whatever format, read in order and in chunks. */
export interface VectorSource {
  readonly file: string;
  readonly format: string;
  readonly rowCount: number;
  readonly dims: number;
  /** Rows [first, end) in chunks of whole rows; a chunk's memory may be used again for the next. */
  rows(range?: { readonly first?: number | undefined; readonly end?: number | undefined }): AsyncGenerator<Float32Array>;
}
