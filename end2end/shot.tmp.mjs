import { chromium } from '@playwright/test';
const base=process.argv[2], out=process.argv[3];
const pages=JSON.parse(process.argv[4]||'["/","/supplier","/customer","/dispatch","/orders"]');
const sizes=(process.argv[5]||'1440x900,390x844').split(',').map(s=>s.split('x').map(Number));
const schemes=(process.argv[6]||'light').split(',');
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox','--disable-dev-shm-usage']});
for(const scheme of schemes) for(const [w,h] of sizes){
 const c=await b.newContext({viewport:{width:w,height:h},colorScheme:scheme,reducedMotion:'reduce',timezoneId:'Europe/Berlin'});
 for(const p of pages){ const page=await c.newPage(); const errs=[]; page.on('console',m=>{if(m.type()==='error'||m.type()==='warning')errs.push(m.text())}); page.on('pageerror',e=>errs.push('PAGEERR '+e.message));
  await page.goto(base+p); try{ await page.waitForSelector('.lamp[data-state=live]',{timeout:8000}); }catch(e){errs.push('not live: '+await page.locator('.lamp').innerText().catch(()=>'?'))}
  await page.waitForTimeout(300);
  const name=p.replace(/[^a-z0-9]+/gi,'_').slice(0,30)||'_'; await page.screenshot({path:`${out}/${name}-${w}-${scheme}.png`});
  console.log(p,w,scheme,errs.length?errs.slice(0,5):'ok'); await page.close(); }
 await c.close(); }
await b.close();
