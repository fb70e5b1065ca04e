"""The command line.

python -m recipes.rl_convergence run --seeds 5 --jobs 2     # everything; goes on where it was stopped
python -m recipes.rl_convergence sweep --jobs 2             # learning rates, on dev problems
python -m recipes.rl_convergence hacking --seeds 3 --jobs 2 # rewards that pay for silence
python -m recipes.rl_convergence analyse                    # summary.json, details.json and plots again
python -m recipes.rl_convergence run --smoke                # under a minute, in a temporary folder unless told
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from recipes.rl_convergence import analyse, hacking, plots
from recipes.rl_convergence.config import ARMS, PLAN, SMOKE, SWEEP, SWEEP_RATES, Plan
from recipes.rl_convergence.schedule import read, run_all, seed_major, sweep
from recipes.rl_convergence.trial import Trial

RESULTS = Path(__file__).parent / "results"
SWEEP_SEED = 100


def main() -> None:
    """Parse the command line and do as told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("run", "sweep", "hacking", "analyse"))
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=list(ARMS))
    parser.add_argument("--rates", nargs="+", type=float, default=list(SWEEP_RATES), help="of the sweep")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1, help="runs at once; each keeps one core busy")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--smoke", action="store_true", help="a tiny run of every arm, to see that all is in place")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) if args.smoke and args.results == RESULTS else args.results
        plan = SMOKE if args.smoke else PLAN
        if args.command == "sweep":
            trials = sweep(args.arms, args.rates, SWEEP_SEED)
            run_all(trials, plan if args.smoke else SWEEP, folder / "sweep.jsonl", args.jobs)
            return
        if args.command == "hacking":
            guarded = hacking.SMOKE_HACKING if args.smoke else hacking.HACKING
            seeds = range(1 if args.smoke else args.seeds)
            chosen = [Trial(name, seed, guarded.rate(name)) for seed in seeds for name in hacking.REWARDS]
            run_all(chosen, guarded, folder / "hacking.jsonl", args.jobs, hacking.run)
            return
        if args.command == "run":
            run_all(seed_major(args.arms, 1 if args.smoke else args.seeds, plan), plan, folder / "raw.jsonl", args.jobs)
        report(plan, folder)


def report(plan: Plan, folder: Path) -> None:
    """Analyse what the folder holds."""
    rows = read(folder / "raw.jsonl")
    analyse.write(rows, plan, folder)
    written = plots.draw(rows, plan.target, folder)
    if guarded := read(folder / "hacking.jsonl"):
        written.append(folder / "hacking.json")
        written[-1].write_text(json.dumps(hacking.summary(guarded), indent=2) + "\n")
    for path in (folder / "summary.json", folder / "details.json", *written):
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
