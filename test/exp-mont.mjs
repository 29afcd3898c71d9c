import sharp from "sharp";
const fs = process.argv.slice(3); const W=640,H=496;
const out = await Promise.all(fs.map(async (f,i)=>({input: await sharp(f).resize(W,H,{fit:"fill"}).toBuffer(), left:(i%2)*W, top:Math.floor(i/2)*H})));
await sharp({create:{width:2*W,height:Math.ceil(fs.length/2)*H,channels:3,background:"#000"}}).composite(out).png().toFile(process.argv[2]);
