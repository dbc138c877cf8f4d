# SPDX-License-Identifier: GPL-2.0-or-later
# The recipes of docs/testing.md, taken from there and run.

# The indented lines under a heading.
recipe() # HEADING
{
	awk -v heading="### $1" '$0 == heading { on = 1; next } /^##/ { on = 0 } on && /^    / { sub(/^    /, ""); print }' \
		"$ROOT/docs/testing.md"
}

recipe_tests() # tests/, nine programs, and trapgate in PATH
{
	local i
	mkdir tests bin
	for i in {1..9}; do
		printf '#!%s sh\nexit 0\n' "$BUSYBOX" >tests/t$i
	done
	chmod 755 tests/*
	ln -s "$TRAPGATE" bin/trapgate
	export PATH=$PWD/bin:$PATH
	unset TEST_TOTAL_SHARDS CI_NODE_TOTAL SLURM_ARRAY_TASK_ID
}

recipe_parallel()
{
	parallel --version 2>/dev/null | grep -q '^GNU parallel' || return 77
	recipe_tests
	recipe 'GNU parallel' >run.sh
	[[ $(wc -l <run.sh) == 2 ]] || return 1
	HOME=$PWD bash -e run.sh >out 2>&1 || { cat out; return 1; }
	[[ $(cat shard.*.json | wc -c) -gt 0 && $(ls shard.*.json | wc -l) == 4 ]] || return 1
	grep -q 'tests="9" failures="0"' report.xml && [[ $(grep -c '<testcase ' report.xml) == 9 ]]
}

# A cluster of this machine alone, of processes and files of this test's own.
slurm_start()
{
	local host port=$((20000 + RANDOM % 10000)) i
	PATH=$PATH:/usr/sbin:/sbin
	command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v sbatch >/dev/null || return 77
	host=$(uname -n)
	host=${host%%.*}
	mkdir state spool log
	cat >slurm.conf <<-END
	ClusterName=trapgate
	SlurmctldHost=$host(127.0.0.1)
	SlurmctldPort=$port
	SlurmdPort=$((port + 1))
	AuthType=auth/none
	CredType=cred/none
	SlurmUser=$(id -un)
	SlurmdUser=$(id -un)
	StateSaveLocation=$PWD/state
	SlurmdSpoolDir=$PWD/spool
	SlurmctldPidFile=$PWD/ctld.pid
	SlurmdPidFile=$PWD/d.pid
	SlurmctldLogFile=$PWD/log/ctld
	SlurmdLogFile=$PWD/log/d
	ProctrackType=proctrack/pgid
	TaskPlugin=task/none
	JobAcctGatherType=jobacct_gather/none
	AccountingStorageType=accounting_storage/none
	SelectType=select/cons_tres
	SelectTypeParameters=CR_CPU
	MpiDefault=none
	SwitchType=switch/none
	SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
	ReturnToService=2
	NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
	PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
	END
	export SLURM_CONF=$PWD/slurm.conf
	slurmctld -D -f slurm.conf >log/out 2>&1 & slurm_pids=$!
	slurmd -D -f slurm.conf >>log/out 2>&1 & slurm_pids+=" $!"
	for ((i = 0; i < 80; i++)); do
		sinfo -h -o %T 2>/dev/null | grep -q idle && return 0
		sleep 0.5
	done
	return 77
}

recipe_slurm()
{
	local slurm_pids='' got
	recipe_tests
	slurm_start
	got=$?
	if [[ $got == 0 ]]; then
		recipe Slurm | awk '/^#!/ { on = 1 } on' >tests.sbatch
		grep -q '^exec trapgate test ' tests.sbatch || return 1
		echo '{"schema": "trapgate-test", "version": 1, "tests": []}' >last.json
		# nodes may be smaller than the recipe's
		timeout 200 sbatch --wait --array=0-3 --cpus-per-task=1 -o slurm.out tests.sbatch >out 2>&1 &&
			trapgate report merge shard.*.json -o last.json >>out 2>&1 &&
			[[ $(ls shard.*.json | wc -l) == 4 ]] &&
			grep -q '"passed": 9' last.json && grep -q '"tests": 9' last.json
		got=$?
		[[ $got == 0 ]] || cat out slurm.out
	fi
	# shellcheck disable=SC2086
	[[ $slurm_pids ]] && kill $slurm_pids && wait $slurm_pids
	return $got
}

# What the CI systems read is at least what their formats are made of.
recipe_yaml()
{
	python3 -c 'import yaml' 2>/dev/null || return 77
	recipe 'GitHub Actions' >github.yml
	recipe GitLab >gitlab.yml
	python3 - <<-'END'
	import yaml
	jobs = yaml.safe_load(open("github.yml"))["jobs"]
	for name, job in jobs.items():
	    assert job["runs-on"] and all(("run" in s) != ("uses" in s) for s in job["steps"]), name
	assert jobs["report"]["needs"] in jobs and jobs["test"]["strategy"]["matrix"]["shard"] == [1, 2, 3, 4]
	assert any("/4 " in s.get("run", "") for s in jobs["test"]["steps"])
	job = yaml.safe_load(open("gitlab.yml"))["test"]
	assert job["parallel"] > 1 and job["script"] and job["artifacts"]["reports"]["junit"] in job["script"][0]
	END
}

check recipe/parallel recipe_parallel
check recipe/slurm recipe_slurm
check recipe/yaml recipe_yaml
