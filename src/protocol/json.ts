/** Values as JSON has them. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}
/** A JSON Schema (draft 2020-12) as a plain object. */
export type JsonSchema = JsonObject;
