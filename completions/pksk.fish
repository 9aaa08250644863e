# Completion of pksk for fish: options from `pksk --help`, all else from `pksk --complete`, asked with the
# connection options of the line.

function __pksk_where
    set -l words (commandline -opc)
    set -l i 2
    while test $i -le (count $words)
        switch $words[$i]
            case -t --table -p --profile -r --region -e --endpoint-url -m --model
                if test $i -lt (count $words)
                    echo -- $words[$i]
                    echo -- $words[(math $i + 1)]
                end
                set i (math $i + 1)
            case '-t*' '-p*' '-r*' '-e*' '-m*' '-L*' '--table=*' '--profile=*' '--region=*' '--endpoint-url=*' '--model=*' --local '--local=*' -n --no-config
                echo -- $words[$i]
            case -c --command -f --file -F --format -v --variable
                set i (math $i + 1)
        end
        set i (math $i + 1)
    end
end

function __pksk_ask
    pksk (__pksk_where) --complete $argv[1] 2>/dev/null
end

function __pksk_statement
    set -l line (commandline -ct | string replace -r '^["\']' '')
    set -l before (string replace -r '[^ ]*$' '' -- $line)
    for word in (__pksk_ask "$line")
        echo -- $before$word
    end
end

# One option: its letter, what it takes, and the words that help has for it.
function __pksk_option
    set -l parts (string match -rg -- '^  -([A-Za-z]), --([a-z-]+)\S*(?: [A-Z=]+)?\s+(.*)$' $argv[1])
    test (count $parts) -eq 3; or return
    set -l takes
    switch $parts[2]
        case command
            set takes -x -a '(__pksk_statement)'
        case table
            set takes -x -a '(__pksk_ask "use "(commandline -ct | string replace -r "^.*=" ""))'
        case profile region
            set takes -x -a '(pksk --complete "connect '$parts[2]' "(commandline -ct | string replace -r "^.*=" "") 2>/dev/null)'
        case format
            set takes -x -a 'pretty table json jsonl ddb-json csv tsv pksk'
        case file model
            set takes -r -F
        case endpoint-url variable
            set takes -x
    end
    complete -c pksk -s $parts[1] -l $parts[2] -d $parts[3] $takes
end

complete -c pksk -f
for line in (pksk --help 2>/dev/null)
    __pksk_option $line
end
