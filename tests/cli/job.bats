#!/usr/bin/env bats
# shellcheck disable=SC2154 # variables of common.bash and of run
# shellcheck disable=SC2016 # scripts for another shell
# elog-job: commands as jobs, their records, and (elog-job-read) what is read of them.

load ../lib/common

setup() {
    common_setup
    unset ELOG_JOB ELOG_JOB_PROJECT
    mkdir "$BATS_TEST_TMPDIR/p"
    cd "$BATS_TEST_TMPDIR/p" || return
    elog-job init .
}

# What the spool has of the members of jobs, figures and so on, once loaded.
loaded() {
    elog-job spool | elog-load --quiet "$db" >/dev/null
    sql -separator '|' "$db" "$1"
}

@test "a command is run as it is: output, status, stdin, umask, environment" {
    run --separate-stderr elog-job run -- sh -c 'cat; echo err >&2; umask; exit 3' <<<'in'
    status_is 3
    equal "$output" "in"$'\n'"$(umask)"
    equal "$stderr" err
    equal "$(cat jobs/job_1/stdout.txt)" "$output"
    equal "$(cat jobs/job_1/stderr.txt)" err
    run --separate-stderr elog-job log 1
    equal "$output/$stderr" "in"$'\n'"$(umask)/err"
    equal "$(loaded "SELECT number, status, exit_status, message FROM jobs")" "1|FAILED|3|exit status 3"
    run elog-job run -- sh -c 'kill -9 $$'
    status_is 137
    run elog-job run -- sh -c 'kill -TERM $$'
    status_is 143
    equal "$(loaded "SELECT number, status, signal, exit_status IS NULL FROM jobs WHERE number > 1")" \
        $'2|FAILED|9|1\n3|FAILED|15|1'
}

@test "not there is 127, not executable 126, and both are jobs that failed" {
    run -127 --separate-stderr elog-job run -- ./nosuch
    status_is 127
    says elog-job './nosuch: No such file'
    run --separate-stderr elog-job run -- ./.elog-job/uuid
    status_is 126
    equal "$(elog-job ls | cut -f 1-3)" $'1\t\tFAILED\n2\t\tFAILED'
    run --separate-stderr elog-job run
    status_is 2
}

@test "jobs in jobs have numbers, parents and directories" {
    elog-job run -t a -- sh -c 'elog-job run -t b -- sh -c "elog-job run -t c -- true"
        elog-job run -t b -- true'
    elog-job run -t d -- true
    equal "$(loaded "SELECT j.number, j.task, p.number FROM jobs j LEFT JOIN jobs p ON p.uuid = j.parent ORDER BY j.number")" \
        $'1|a|\n1.1|b|1\n1.1.1|c|1.1\n1.2|b|1\n2|d|'
    [ -d jobs/job_1/job_1/job_1 ]
    equal "$(elog-job tree | sed 's/ [0-9.]* s$//')" $'p\n  1 a  FINISHED \n    1.1 b  FINISHED \n      1.1.1 c  FINISHED \n    1.2 b  FINISHED \n  2 d  FINISHED '
}

@test "64 at once: each there once, no number twice" {
    seq 64 | xargs -P 16 -I N elog-job run -t N -- true
    equal "$(loaded "SELECT count(*), count(DISTINCT number), count(DISTINCT task), max(CAST(number AS INTEGER)), group_concat(DISTINCT status) FROM jobs")" \
        "64|64|64|64|FINISHED"
}

@test "figures: numbers and texts, from inside, out of JSON and out of the output" {
    elog-job run --figure R=0.25 --figure t=007x --figures-json r.json --figures-json 's.json:.cell' \
        --figures-regex 'R *= (?<Rfree>[\d.]+)' -- sh -c '
        elog-job value a 1 big 9007199254740993 name "two words" neg -6
        elog-job value --text code 007
        echo "{\"q\": 1.50, \"in\": {\"side\": \"x\"}}" >r.json
        echo "{\"cell\": {\"a\": 78.1}}" >s.json
        echo "R = 0.9"; echo "R = 0.31"'
    equal "$(loaded "SELECT name, value, typeof(value) FROM job_values ORDER BY name")" \
        $'R|0.25|real\nRfree|0.31|real\na|1|integer\nbig|9007199254740993|integer\ncell.a|78.1|real\ncode|007|text\nin.side|x|text\nname|two words|text\nneg|-6|integer\nq|1.5|real\nt|007x|text'
    run --separate-stderr elog-job value x 1
    status_is 2
    says elog-job 'which job?'
    run --separate-stderr elog-job run --figures-regex '(' -- true
    status_is 2
    run --separate-stderr elog-job run --figures-regex 'x' -- true
    status_is 2
    says elog-job 'names no group'
    equal "$(elog-job values 1 | wc -l)" 11
}

@test "a text of any length is a figure" {
    head -c 100000 /dev/zero | tr '\0' x >long
    elog-job run -- sh -c 'elog-job value long "$(cat long)"'
    equal "$(loaded "SELECT length(value) FROM job_values")" 100000
}

@test "files: by role, hashed, one content once, outputs on failure too" {
    echo one >a.mtz
    cp a.mtz b.mtz
    run elog-job run --in HKLIN=a.mtz,type=application/x-mtz,note='the, first' --in 'MORE=?.mtz' \
        --out 'XYZOUT=out/*.pdb' --out 'LOG=none*,optional' -- \
        sh -c 'mkdir out; echo 1 >out/1.pdb; echo 2 >out/2.pdb; exit 1'
    status_is 1
    equal "$(loaded "SELECT u.direction, u.role, replace(u.path, '$PWD/', ''), f.sha256, f.size, u.type, u.note FROM job_file_uses u JOIN job_files f ON f.uuid = u.file ORDER BY 1, 2, 3")" \
        "IN|HKLIN|a.mtz|$(sha256sum <a.mtz | cut -c -64)|4|application/x-mtz|the, first
IN|MORE|a.mtz|$(sha256sum <a.mtz | cut -c -64)|4||
IN|MORE|b.mtz|$(sha256sum <a.mtz | cut -c -64)|4||
OUT|XYZOUT|out/1.pdb|$(sha256sum <out/1.pdb | cut -c -64)|2||
OUT|XYZOUT|out/2.pdb|$(sha256sum <out/2.pdb | cut -c -64)|2||"
    equal "$(sql "$db" 'SELECT count(*) FROM job_files')" 3
}

@test "an output that is not there is a failure; an input that is not there runs nothing" {
    run --separate-stderr elog-job run --out X=nosuch -- true
    status_is 1
    says elog-job 'output X: nothing is called nosuch'
    run --separate-stderr elog-job run --in X=nosuch -- touch ran
    status_is 1
    says elog-job 'nosuch: input X is not there'
    [ ! -e ran ]
    equal "$(elog-job ls "status == 'FAILED'" | wc -l)" 2
}

@test "imported: copied once, by content" {
    echo data >../raw.dat
    cp ../raw.dat ../other.dat
    elog-job run --import IN=../raw.dat -- true
    elog-job run --import IN=../raw.dat --import IN2=../other.dat -- true
    equal "$(ls imported)" raw.dat
    echo more >../raw.dat
    elog-job run --import IN=../raw.dat -- true
    equal "$(ls imported)" $'raw.dat\nraw_1.dat'
    equal "$(loaded "SELECT count(*), count(DISTINCT file) FROM job_file_imports")" "3|2"
    equal "$(elog-job lineage 3 --format json | jq -r '[.direction, .imported_from] | join(" ")')" \
        "IN $(realpath ../raw.dat)"
}

@test "names with newlines and bytes that are no UTF-8, 10,000 outputs" {
    elog-job run --out 'A=out/*' -- sh -c 'mkdir out; cd out; touch "a
b"; touch "$(printf "\351")"; seq 10000 | xargs touch'
    equal "$(loaded "SELECT count(*), count(path_base64) FROM job_file_uses")" "10002|1"
    equal "$(sql "$db" "SELECT path FROM job_file_uses WHERE path_base64 IS NOT NULL")" "$PWD/out/%E9"
    equal "$(sql "$db" "SELECT count(*) FROM job_file_uses WHERE path = '$PWD/out/a' || char(10) || 'b'")" 1
    run elog-job check
    status_is 0
    run -127 --separate-stderr elog-job run -- "$(printf '\351')"
    status_is 127
    equal "$(loaded "SELECT argv FROM jobs WHERE number = '2'")" '[{"$base64":"6Q=="}]'
}

@test "passwords are not kept" {
    elog-job run -- true --password=abc --token xyz http://u:abc@h/p?api_key=abc API_KEY=abc ghp_0123456789abcdef0123 author=me pass
    equal "$(loaded "SELECT argv FROM jobs")" \
        '["true","--password=***","--token","***","http://u:***@h/p?api_key=***","API_KEY=***","***","author=me","pass"]'
    DB_PASSWORD=abc MINE=yes elog-job run --env DB_PASSWORD --env MINE -- true
    equal "$(loaded "SELECT environment ->> 'MINE', environment ->> 'DB_PASSWORD' FROM jobs WHERE number = '2'")" "yes|"
    run ! grep -q abc .elog-job/spool.jsonl
    run --separate-stderr elog-job rerun 1
    status_is 1
    says elog-job 'password'
}

@test "a time-out ends the whole group" {
    run --separate-stderr elog-job run --timeout 1s -- sh -c 'sleep 600 & echo $! >pid; wait'
    status_is 143
    equal "$(loaded "SELECT status, stopped_by FROM jobs")" "INTERRUPTED|time-out"
    wait_for process_gone "$(cat pid)"
    equal "$(elog-job ls | cut -f 3)" INTERRUPTED
}

@test "SIGTERM to elog-job ends command and jobs in it" {
    elog-job run -- sh -c 'echo $$ >outer; elog-job run -- sh -c "echo \$\$ >inner; sleep 600"' &
    job=$!
    wait_for test -s inner
    kill -TERM "$job"
    status=0
    wait "$job" || status=$?
    status_is 143
    wait_for process_gone "$(cat inner)"
    equal "$(loaded "SELECT number, status, stopped_by FROM jobs ORDER BY number")" $'1|INTERRUPTED|SIGTERM\n1.1|INTERRUPTED|SIGTERM'
}

@test "a job whose elog-job was killed is LOST, and its command ends" {
    elog-job run -t long -- sh -c 'echo $$ >pid; exec sleep 600' &
    job=$!
    wait_for test -s pid
    equal "$(elog-job ls | cut -f 1-3)" $'1\tlong\tRUNNING'
    kill -KILL "$job"
    wait "$job" || true
    wait_for process_gone "$(cat pid)"
    equal "$(elog-job ls --format json | jq -r .status)" LOST
    equal "$(elog-job ls --format csv | sed -n 2p | cut -d , -f 1-3)" "1,long,LOST"
    run --separate-stderr elog-job check
    status_is 1
    [[ $output == *LOST* ]]
    # A database that has no record of that yet sees it, too.
    elog-job spool | grep -v LOST | elog-load --quiet "$BATS_TEST_TMPDIR/old.db" >/dev/null
    equal "$(sql "$BATS_TEST_TMPDIR/old.db" "SELECT status FROM jobs")" RUNNING
    equal "$(elog-status --json "$BATS_TEST_TMPDIR/old.db" | jq -c '[.jobs, .jobs_running, .jobs_lost]')" '[1,0,1]'
    # It was noted, so other machines see it.
    equal "$(loaded "SELECT status FROM jobs")" LOST
}

@test "a retry, the last attempt counts" {
    run elog-job run --retry 5 -- sh -c 'echo x >>n; [ "$(wc -l <n)" -eq 3 ]'
    status_is 0
    equal "$(loaded "SELECT status, attempts FROM jobs")" "FINISHED|3"
    run elog-job run --retry 1 -- false
    status_is 1
    equal "$(loaded "SELECT status, attempts FROM jobs WHERE number = '2'")" "FAILED|2"
}

@test "in the job's own directory" {
    elog-job run --in-job-dir --out X=made --figures-json f.json -- sh -c 'pwd; echo 1 >made; echo "{\"a\":1}" >f.json'
    equal "$(cat jobs/job_1/stdout.txt)" "$PWD/jobs/job_1"
    equal "$(loaded "SELECT u.path, f.directory FROM job_file_uses u JOIN job_files f ON f.uuid = u.file")" "$PWD/jobs/job_1/made|JOB"
    equal "$(elog-job values | cut -f 3,4)" $'a\t1'
}

@test "a command that closes its output, or leaves a daemon, ends all the same" {
    run timeout 300 elog-job run -- sh -c 'exec >&- 2>&-; sleep 0.3'
    status_is 0
    run timeout 300 elog-job run -- sh -c 'sleep 600 & echo $! >pid; echo done'
    status_is 0
    equal "$output" "done"
    kill "$(cat pid)"
    run timeout 300 sh -c 'elog-job run -- yes | head -n 1'
    equal "$output" y
}

@test "a disk that the command filled: the status is kept" {
    # A limit on sizes of files stands for it: what grows beyond cannot be written.
    run bash -c 'trap "" XFSZ; ulimit -f 64; elog-job run -- sh -c "head -c 1000000 /dev/zero"' 2>/dev/null
    equal "$(elog-job ls | wc -l)" 1
    equal "$(loaded "SELECT output_unkept FROM jobs")" 1
}

@test "what nobody takes of its standard output is told, and is in the job's file" {
    run --separate-stderr bash -c 'elog-job run -- seq 100000 >/dev/full'
    status_is 1
    says elog-job 'stdout: No space left on device'
    equal "$(tail -n 1 jobs/job_1/stdout.txt)" 100000
    equal "$(loaded "SELECT status, exit_status, output_unkept FROM jobs")" 'FINISHED|0|'
    run bash -c 'elog-job run -- sh -c "seq 100000; exit 3" >/dev/full' 2>/dev/null
    status_is 3
}

# Run a script where p is mounted as it says: in a mount namespace, which root may have.
mounted() {
    unshare -m true 2>/dev/null || skip "no mount namespace here"
    unshare -m sh -e -c "$1" || { echo "mounted: $?"; return 1; }
}

@test "a project on a read-only disk: nothing is run, and what is there can be read" {
    elog-job run -t a --figure x=1 -- true
    mounted 'mount --bind . .; cd .; cd "$PWD"; mount -o remount,ro,bind .
        status=0
        elog-job run -- touch "$BATS_TEST_TMPDIR/ran" 2>"$BATS_TEST_TMPDIR/said" || status=$?
        [ "$status" = 1 ]
        grep -q "Read-only" "$BATS_TEST_TMPDIR/said"
        [ ! -e "$BATS_TEST_TMPDIR/ran" ]
        elog-job value --job 1 y 2 2>/dev/null && exit 9
        elog-job ls "x == 1" 2>/dev/null | cut -f 1-3 >"$BATS_TEST_TMPDIR/listed"'
    equal "$(cat "$BATS_TEST_TMPDIR/listed")" $'1\ta\tFINISHED'
}

@test "a command that fills the disk: its status is recorded all the same" {
    mkdir ../small
    mounted 'mount -t tmpfs -o size=2m small ../small; cd ../small
        elog-job init .
        status=0
        elog-job run -t fills --figures-regex "n=(?<n>[0-9]+)" -- \
            sh -c "echo n=5; head -c 9000000 /dev/zero >full; echo out" 2>said || status=$?
        [ "$status" != 0 ]
        elog-job spool >"$BATS_TEST_TMPDIR/spool"'
    elog-load --quiet "$db" <"$BATS_TEST_TMPDIR/spool" >/dev/null
    equal "$(sql "$db" "SELECT task || status || exit_status FROM jobs")" fillsFINISHED0
}

@test "an ELOG_JOB of another project makes no parent" {
    other=$(cd .. && mkdir q && elog-job init q && cd q && elog-job create)
    ELOG_JOB=$other run --separate-stderr elog-job run -- true
    status_is 0
    says elog-job 'has no parent'
    ELOG_JOB=$other run --separate-stderr elog-job run -- true
    equal "$(loaded "SELECT number, parent FROM jobs ORDER BY number")" $'1|\n2|'
    ELOG_JOB=nonsense run --separate-stderr elog-job value a 1
    status_is 1
    # A command that goes elsewhere still speaks of its own job.
    elog-job run -- sh -c 'cd ../q && elog-job value a 1'
    equal "$(loaded "SELECT number, name FROM job_values JOIN jobs ON uuid = job")" "3|a"
}

@test "the database: any order, any number of times, and away without harm" {
    elog-job run -t a --in I=.elog-job/uuid --figure x=1 --db "$db" -- sh -c 'elog-job run -- true; exit 1' || true
    equal "$(sql "$db" "SELECT number, status FROM jobs ORDER BY number")" $'1|FAILED\n1.1|FINISHED' || sql "$db" "SELECT * FROM jobs"
    elog-job note 1 first
    elog-job note 1 second
    elog-job rate 1 rejected
    dump() { for t in projects jobs job_files job_file_uses job_file_imports job_values; do
        sql "$1" "SELECT * FROM $t" | sed 's/^[0-9]*|//' | sort; done; }
    elog-job spool >one
    elog-load --quiet "$BATS_TEST_TMPDIR/a.db" <one >/dev/null
    grep SCHEMA one >two
    grep -v SCHEMA one | tac >>two
    elog-load --quiet "$BATS_TEST_TMPDIR/b.db" <two >/dev/null
    cat one two one | elog-load --quiet "$BATS_TEST_TMPDIR/b.db" >/dev/null
    equal "$(dump "$BATS_TEST_TMPDIR/a.db")" "$(dump "$BATS_TEST_TMPDIR/b.db")"
    equal "$(sql -separator '|' "$BATS_TEST_TMPDIR/b.db" "SELECT status, note, evaluation FROM jobs WHERE number = '1'")" "FAILED|second|rejected"
    # What could not be loaded comes with the next.
    mkdir ../away
    (
        flock 9
        run --separate-stderr elog-job run --wait 0 --db ../away/x.db -t kept -- true
        status_is 0
        [[ $stderr == *'the records are kept'* ]]
    ) 9>../away/x.db.lock
    rm -f ../away/x.db.lock
    elog-job run --db ../away/x.db -t next -- true
    equal "$(sql ../away/x.db "SELECT task FROM jobs ORDER BY number" | paste -sd ,)" kept,next
    equal "$(cat .elog-job/behind.*)" ""
    run --separate-stderr elog-job run --db /nosuch/x.db -- true
    status_is 0
    [[ $stderr == *'the records are kept'* ]]
    equal "$(elog-job ls "status == 'FINISHED'" | wc -l)" 4
}

@test "create, start, finish and fail" {
    a=$(elog-job create -t batch --experiment mfx --run 12 --status QUEUED -- sbatch x.sh)
    equal "$(elog-job ls --format json | jq -c '[.number, .task, .status, .run]')" '["1","batch","QUEUED",12]'
    elog-job start "$a"
    elog-job value --job "$a" n 5
    elog-job file --job 1 in X=.elog-job/uuid
    equal "$(elog-job ls | cut -f 3)" RUNNING
    elog-job finish "$a" --exit 0
    elog-job start "$a"
    equal "$(elog-job ls | cut -f 3)" FINISHED
    elog-job note "${a:0:30}" 'by its beginning'
    equal "$(elog-job show "${a:0:30}" --format json | jq -r .note)" 'by its beginning'
    b=$(elog-job create)
    elog-job fail "$b" --message 'no beam'
    equal "$(elog-job show "$b" --format json | jq -r '.status, .message')" $'FAILED\nno beam'
    sleep 600 3>&- &
    pid=$!
    c=$(elog-job create)
    elog-job start "$c" --pid "$pid"
    equal "$(elog-job ls "number == '3'" | cut -f 3)" RUNNING
    kill "$pid"
    wait "$pid" || true
    equal "$(elog-job ls "number == '3'" | cut -f 3)" LOST
    run --separate-stderr elog-job start nosuch
    status_is 1
    run --separate-stderr elog-job create --status DONE
    status_is 2
}

@test "ls: the query language over jobs and figures" {
    for r in 0.21 0.30 0.24; do elog-job run -t refine --figure Rfactor=$r --figure note=x$r -- true; done
    elog-job run -t refine --figure Rfactor=0.1 -- false || true
    elog-job run -t other -- true
    equal "$(elog-job ls "status == 'FINISHED' and Rfactor < 0.25 and task == 'refine'" | cut -f 1-4)" \
        $'1\trefine\tFINISHED\t0.21\n3\trefine\tFINISHED\t0.24'
    equal "$(elog-job ls --format nul "note == 'x0.30'" | tr '\0' ,)" 2,
    equal "$(elog-job ls --limit 1 'exit_status > 0 or duration > 100' | cut -f 1)" 4
    run --separate-stderr elog-job ls 'Rfacto < 1'
    status_is 2
    [[ $stderr == *Rfactor* ]]
    run --separate-stderr elog-job ls 'run =='
    status_is 2
}

@test "elog-select uses jobs of a run" {
    {
        record experiments '{"experiment":"e1","name":"e1"}'
        for run in 1 2 3; do record runs "{\"experiment\":\"e1\",\"num\":$run}"; done
        closed e1 '{"experiments":1,"runs":3}'
    } | elog-load --quiet "$db" >/dev/null
    elog-job run -t refine --experiment e1 --run 1 --figure Rfactor=0.31 --db "$db" -- true
    elog-job run -t refine --experiment e1 --run 1 --figure Rfactor=0.21 --db "$db" -- true
    elog-job run -t refine --experiment e1 --run 1 --figure Rfactor=0.99 --db "$db" -- false || true
    elog-job run -t refine --experiment e1 --run 2 --figure Rfactor=0.40 --db "$db" -- true
    elog-job run -t 'my index' --experiment e1 --run 3 --figure 'x y=abc' --db "$db" -- true
    equal "$(elog-select "jobs('refine').Rfactor < 0.25" "$db")" $'e1\t1\t0.21'
    equal "$(elog-select "jobs( 'refine' ).status == 'FINISHED' and not jobs('refine') > 1" "$db" | cut -f 2)" 2
    equal "$(elog-select "jobs('my index').\`x y\` == 'abc'" "$db" 2>&1 | head -n 1 | cut -c -12)" "elog-select:"
    equal "$(elog-select "\`jobs('my index').x y\` == 'abc'" "$db" | cut -f 2)" 3
    equal "$(elog-select "jobs('') > 0" -v "jobs('refine')" "$db" | cut -f 2,3 | paste -sd ,)" $'1\t3,2\t1,3\t0'
    equal "$(elog-select "jobs('refine') is None or jobs('nosuch') == 0" "$db" | wc -l)" 3
    run --separate-stderr elog-select "jobs('refine').nosuch > 1" "$db"
    status_is 2
    elog-cond alias --db "$db" good "jobs('refine').Rfactor < 0.25"
    equal "$(elog-select @good "$db" | cut -f 2)" 1
}

@test "lineage goes both ways, to the file and the run that it began with" {
    echo raw >raw
    elog-job run -t first --experiment mfx --run 7 --import IN=raw --out OUT=a -- sh -c 'cat raw raw >a'
    elog-job run -t second --in IN=a --out OUT=b -- sh -c 'cat a a >b'
    elog-job run -t third --in IN=b --out OUT=c -- sh -c 'cat b b >c'
    elog-job run -t aside --in IN=raw -- true
    equal "$(elog-job lineage --up c | cut -f 4 | uniq | paste -sd ,)" third,second,first
    equal "$(elog-job lineage --up c --format json | jq -r 'select(.imported_from) | .imported_from')" "$PWD/raw"
    equal "$(elog-job lineage --up c --format json | jq -r '.run // empty' | sort -u)" 7
    equal "$(elog-job lineage --down raw | cut -f 4 | sort -u | paste -sd ,)" aside,first,second,third
    equal "$(elog-job lineage 2 | cut -f 1,4 | sort -u | paste -sd ,)" $'down\tsecond,down\tthird,up\tfirst,up\tsecond'
    elog-job lineage b --format dot | grep -c -- '->' >n
    [ "$(cat n)" -ge 4 ]
    run --separate-stderr elog-job lineage nosuch
    status_is 1
}

@test "rerun says why, and compares contents" {
    echo 1 >in
    elog-job run -t t --in I=in --out O=out --figures-regex 'n=(?<n>\d+)' -- sh -c 'cat in in >out; echo n=5'
    touch in
    run --separate-stderr elog-job rerun 1 --if-changed
    status_is 0
    says elog-job 'nothing changed'
    echo 2 >in
    run --separate-stderr elog-job rerun 1 --if-changed
    status_is 0
    says elog-job "input I $PWD/in has another content"
    equal "$(elog-job values 2 | cut -f 3,4)" $'n\t5'
    rm out
    run --separate-stderr elog-job rerun 2 --if-changed
    says elog-job "output O $PWD/out is not there"
    elog-job rerun 3
    equal "$(elog-job ls | cut -f 1-3)" $'1\tt\tFINISHED\n2\tt\tFINISHED\n3\tt\tFINISHED\n4\tt\tFINISHED'
    equal "$(elog-job diff 1 2 | cut -f 1,2 | paste -sd ,)" $'input\tI,output\tO'
    echo 3 >out
    run --separate-stderr elog-job check
    status_is 1
    [[ $output == *'has another content'* ]]
}

@test "rerun is about the same database, project and files, wherever the job ran" {
    # FILE and DIR were looked for below the job's directory, and what was said of an input
    # was lost.
    mkdir sub
    echo 1 >sub/in
    (cd sub && elog-job run --db ../e.db --in 'I=in,type=special,note=hello, you' -- true)
    cd ..
    elog-job rerun --project p --db p/e.db 1
    equal "$(sql p/e.db "SELECT count(*) FROM jobs WHERE status = 'FINISHED'")" 2
    equal "$(cd p && elog-job files 2 --format json | jq -r '"\(.type) \(.note)"')" 'special hello, you'
}

@test "the commit of git, and whether it is dirty" {
    git init -q .
    git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x
    echo 1 >f
    git add f
    git -c user.name=a -c user.email=a@b commit -q -m y
    elog-job run -- true
    echo 2 >f
    elog-job run -- true
    equal "$(loaded "SELECT git_commit, git_dirty FROM jobs ORDER BY number")" "$(git rev-parse HEAD)|0
$(git rev-parse HEAD)|1"
}

@test "a batch system's number" {
    SLURM_JOB_ID=4711 elog-job run -- true
    equal "$(elog-job ls "batch_id == '4711' and batch_system == 'Slurm'" | wc -l)" 1
}

@test "outside of a project" {
    cd /
    run --separate-stderr elog-job run -- true
    status_is 2
    says elog-job 'elog-job init'
    elog-job run --project "$BATS_TEST_TMPDIR/p" -- true
    ELOG_JOB_PROJECT=$BATS_TEST_TMPDIR/p elog-job run -- true
    equal "$(elog-job ls --project "$BATS_TEST_TMPDIR/p" | wc -l)" 2
    elog-job spool --project "$BATS_TEST_TMPDIR/p" | elog-load --quiet "$db" >/dev/null
    equal "$(elog-job ls --db "$db" | wc -l)" 2
    run --separate-stderr elog-job ls --db /nosuch.db
    status_is 1
    # Both as one: the database's jobs and those of the project, each once.
    cd "$BATS_TEST_TMPDIR" && mkdir r && elog-job init r && cd r
    elog-job run -t new -- true
    equal "$(elog-job ls --db "$db" | cut -f 1,2 | sort | paste -sd ,)" $'1\t,1\tnew,2\t'
}

@test "jobs three levels deep under SIGKILL, in short (make soak: at length)" {
    run timeout 900 "$tests/server/job_soak.py" 40 8
    echo "$output"
    status_is 0
    [[ $output == *' 40 kills '* || $output == *' 4'?' kills '* ]]
}

@test "wrong usage" {
    for words in '' nosuch 'run --nosuch' 'run --timeout x -- true' 'run --in x -- true' 'value --job 1 a' \
        'file --job 1 up X=y' 'ls a b' 'ls --up' 'rate 1 great' 'run --figure x -- true' 'init a b' 'show'; do
        # shellcheck disable=SC2086
        run --separate-stderr elog-job $words
        status_is 2
    done
    run elog-job --version
    status_is 0
    run elog-job-read --version
    status_is 0
}

@test "--log-db: when it begins and how it ends, in a session of its own" {
    elog-job run --log-db "$db" -t refine -- true
    run elog-job run --log-db "$db" -t refine -- sh -c 'exit 3'
    status_is 3
    equal "$(elog-log ls --db "$db" --format json | jq -r '"\(.log_level) \(.summary_message)"' | sort)" \
        "$(printf '%s\n' 'ERROR job 2: FAILED: exit status 3' 'INFO job 1: FINISHED' 'INFO job 1: RUNNING: refine' 'INFO job 2: RUNNING: refine')"
    equal "$(elog-log sessions --db "$db" --format json | jq -r '.session_id[:4]' | sort | uniq -c | tr -s ' ')" " 2 job-"
}

@test "outside a project one is told how to make it; tries are not less than none" {
    cd "$BATS_TEST_TMPDIR"
    run --separate-stderr env ELOG_DATABASE_PATH="$BATS_TEST_TMPDIR/none.db" elog-job ls
    status_is 1
    says elog-job "no database $BATS_TEST_TMPDIR/none.db" 'elog-job init . makes a project'
    run --separate-stderr elog-job run --retry -1 -- true
    status_is 2
    says elog-job '--retry: -1 is not'
}

@test "a spool that is gone or not ours to read is told" {
    elog-job run -- true
    mv .elog-job/spool.jsonl kept
    for subcommand in ls 'show 1' tree check; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr elog-job $subcommand
        status_is 1
        says elog-job '.elog-job/spool.jsonl: No such file'
    done
    mv kept .elog-job/spool.jsonl
    chmod 000 .elog-job/spool.jsonl
    run --separate-stderr as_user elog-job ls
    status_is 1
    says elog-job '.elog-job/spool.jsonl: Permission denied'
    chmod 600 .elog-job/spool.jsonl
    equal "$(elog-job ls | cut -f 1,3)" $'1\tFINISHED'
}

@test "import-ccp4i2: a database of elog is none of CCP4i2" {
    elog-job run --db "$db" -- true
    run --separate-stderr elog-job import-ccp4i2 "$db"
    status_is 1
    says elog-job 'a database of elog, none of CCP4i2'
}
