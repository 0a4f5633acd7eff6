"""A column of pictures with this package: `ew.batch`, and once more for what failed."""

import sys

import pandas as pd

import evolink_widgets as ew

URL, FOLDER = sys.argv[1:]

ew.configure(base_url=URL, files_url=URL, store=f"{FOLDER}/pictures")
rows = pd.read_csv(f"{FOLDER}/rows.csv")
batch = ew.batch(rows, prompt="a {animal}", size="816x816", quality="low")
print(batch)
run = batch.create(budget=100).result()
frame = run.create(errors_only=True).result().to_frame()
frame.astype({"image": str}).to_parquet(f"{FOLDER}/result.parquet")
