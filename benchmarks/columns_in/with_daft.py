"""The same column in daft, with daft's own concurrency, progress, retries and errors."""

import asyncio
import hashlib
import os
import sys
from pathlib import Path

import daft
import httpx

URL, FOLDER = sys.argv[1:]
HEADERS = {"Authorization": f"Bearer {os.environ['EVOLINK_API_KEY']}"}
RESULT = daft.DataType.struct(
    {
        "path": daft.DataType.string(),
        "credits": daft.DataType.float64(),
        "error": daft.DataType.string(),
    }
)


@daft.func(return_dtype=RESULT, unnest=True, max_concurrency=64, max_retries=2, on_error="ignore")
async def picture(animal: str):
    """A picture of one animal."""
    body = {"model": "gpt-image-2", "prompt": f"a {animal}", "size": "816x816", "quality": "low"}
    async with httpx.AsyncClient(base_url=URL, headers=HEADERS, timeout=60) as api:
        reply = await api.post("/v1/images/generations", json=body)
        reply.raise_for_status()
        task = reply.json()
        while task["status"] in ("pending", "processing"):
            await asyncio.sleep(0.5)
            task = (await api.get(f"/v1/tasks/{task['id']}")).json()
    if task["status"] == "failed":
        if task["error"]["code"] == "content_policy_violation":  # would be refused again
            return {"path": None, "credits": 0.0, "error": task["error"]["message"]}
        raise RuntimeError(task["error"]["message"])
    async with httpx.AsyncClient(timeout=60) as media:
        data = (await media.get(task["results"][0])).content
    path = Path(FOLDER, "pictures", f"{hashlib.sha256(data).hexdigest()[:16]}.png")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)  # noqa: ASYNC240 - as a person would write it
    return {"path": str(path), "credits": task["usage"]["credits_used"], "error": None}


rows = daft.read_csv(f"{FOLDER}/rows.csv")
once = rows.select("animal").distinct()
made = once.select("animal", picture(once["animal"])).collect()
rows.join(made, on="animal", how="left").to_pandas().to_parquet(f"{FOLDER}/result.parquet")
