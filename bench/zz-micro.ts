import { readNpyQueries, readNpyVectors } from '../src/vectors/npy.ts';
import { queryOf } from '../src/vectors/query-matrix.ts';
import { quantisePrefix, searchQuantised } from '../src/vectors/quantised.ts';
import { searchPrefix, rerankPrefix } from '../src/vectors/search.ts';
import { encodeProductQuery } from '../src/vectors/product-book.ts';
const vectors = await readNpyVectors('.venv/bench-data/wordnet-256.npy'); const queries = await readNpyQueries('.venv/bench-data/wordnet-queries-256.npy',{dims:256});
const med=(a:number[])=>a.sort((x,y)=>x-y)[a.length>>1]!;
const run=(name:string,f:(q:Float32Array)=>unknown)=>{const t:number[]=[];for(let r=0;r<3;r++)for(let i=0;i<500;i++){const q=queryOf(queries,i);const a=performance.now();f(q);t.push(performance.now()-a);}console.log(name.padEnd(30),'p50',med(t).toFixed(4),'min',Math.min(...t).toFixed(4));};
for (const dims of [64,128,192,256]) { const set=await quantisePrefix(vectors,dims,'pq4'); for (const k of [1,10,200]) run(`pq4 ${dims} k ${k}`,(q)=>searchQuantised(set,q,k)); if(dims===256) run('encode',(q)=>encodeProductQuery(set.book!,q)); }
const bin=await quantisePrefix(vectors,256,'binary'); run('binary 256 k 200',(q)=>searchQuantised(bin,q,200));
const i8=await quantisePrefix(vectors,64,'int8'); run('int8 64 k 200',(q)=>searchQuantised(i8,q,200));
for (const d of [16,64,128,256]) run(`f32 ${d} k 200`,(q)=>searchPrefix(vectors,q,d,200));
const set=await quantisePrefix(vectors,256,'pq4');
for (const k of [100,200,400]) { const lists=Array.from({length:500},(_, i)=>searchQuantised(set,queryOf(queries,i),k)); let i=0; run(`rerank ${k}`,(q)=>rerankPrefix(vectors,q,{...lists[i++%500]!,dims:256},256,10)); }
