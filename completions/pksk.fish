# Completion of pksk for fish: options from `pksk --help`, statements from `pksk --complete`.
function __pksk_options
    pksk --help 2>/dev/null | string match -rg -- '^  -[A-Za-z], (--[a-z-]+)'
end
function __pksk_statement
    pksk --complete (commandline -ct | string trim -c '"\'') 2>/dev/null
end
complete -c pksk -f -a '(__pksk_options)' -n 'string match -q -- "-*" (commandline -ct)'
complete -c pksk -s c -l command -x -a '(__pksk_statement)'
complete -c pksk -s f -l file -r -F
complete -c pksk -s F -l format -x -a 'pretty table json jsonl ddb-json csv tsv pksk'
